// What the service says of itself: its languages, its health.
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "jail/serve/answers.h"
#include "jail/serve/error.h"
#include "jail/serve/handlers.h"
#include "jail/serve/language_book.h"

namespace jail::serve {
namespace {

// As old as the proof may be that jails work here.
constexpr absl::Duration kGoodFor = absl::Seconds(10);
// Not a name that a token's tenant can have.
constexpr char kOurselves[] = "(jaild)";

Response HealthResponse(const Service& service, const std::string& problem) {
  const Workers::Load load = service.load();
  const bool ok = problem.empty() && !service.draining();
  Json json = {{"status", ok ? "ok" : "error"},
               {"service", "code-execution"},
               {"timestamp", TimeText(absl::Now())},
               {"checks",
                {{"jail", problem.empty() ? "ok" : problem},
                 {"waiting", load.waiting},
                 {"running", load.running},
                 {"draining", service.draining()}}}};
  Response response = JsonResponse(json);
  if (!ok) response.status = StatusOf(Error::kUnavailable);
  return response;
}

v1::JobSpec SelfTest() {
  v1::JobSpec job;
  job.add_command("/usr/bin/true");
  return job;
}

Json Names(const v1::LanguageReport& report) {
  Json names = Json::array();
  for (const v1::LanguageState& state : report.languages()) {
    if (state.installed()) names.push_back(state.name());
  }
  return {{"languages", std::move(names)}};
}

bool WantsDetails(const Head& head) {
  for (const absl::string_view part : absl::StrSplit(head.query(), '&')) {
    if (part == "details=1" || part == "details=true") return true;
  }
  return false;
}

}  // namespace

void Languages(Service& service, const ExchangePtr& exchange) {
  if (!WantsDetails(exchange->head))
    return exchange->answer(JsonResponse(Names(service.engine().languages())));
  service.languages().Tell([exchange](const LanguageBook::Facts& facts) {
    exchange->answer(facts.ok() ? Response{.body = (*facts)->details} : ErrorResponse(facts.status()));
  });
}

void Health(Service& service, const ExchangePtr& exchange) {
  if (service.draining() || absl::Now() - service.last_good_run() < kGoodFor)
    return exchange->answer(HealthResponse(service, ""));
  exchange->caller.tenant = kOurselves;
  const auto test = [&service, exchange](const Turn& turn) {
    Io io;
    io.cancel_fd = turn.cancel_fd;
    const v1::ResultRecord record = service.engine().run(SelfTest(), io);
    service.Note(*exchange, "health", record, turn);
    exchange->answer(HealthResponse(service, record.verdict() == v1::VERDICT_OK ? "" : record.summary()));
  };
  service.Submit(exchange, {test}, Urgency::kHigh);
}

}  // namespace jail::serve
