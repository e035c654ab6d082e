// POST /api/execute.
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/exam/stream_watch.h"
#include "jail/serve/answers.h"
#include "jail/serve/error.h"
#include "jail/serve/execute.h"
#include "jail/serve/handlers.h"
#include "jail/serve/patterns.h"

namespace jail::serve {
namespace {

struct Wanted {
  v1::JobSpec job;
  Urgency urgency = Urgency::kNormal;
  bool record = false;
};

absl::StatusOr<Wanted> ReadWanted(const Exchange& exchange) {
  Wanted wanted;
  if (exchange.IsProtobuf()) {
    if (!wanted.job.ParseFromString(exchange.body)) return Bad("the body", "is no JobSpec");
    return wanted;
  }
  JAIL_ASSIGN_OR_RETURN(const v1::ExecuteRequest request, ParseExecute(exchange.body));
  JAIL_ASSIGN_OR_RETURN(wanted.job, ToJob(request));
  JAIL_ASSIGN_OR_RETURN(wanted.urgency, UrgencyOf(request.priority(), Urgency::kNormal));
  wanted.record = request.record();
  return wanted;
}

// Our ends are the exchange's, the program's end with the run.
absl::StatusOr<std::shared_ptr<Live>> MakeLive(Exchange* exchange) {
  JAIL_ASSIGN_OR_RETURN(exam::Pipe out, exam::MakePipe());
  JAIL_ASSIGN_OR_RETURN(exam::Pipe err, exam::MakePipe());
  exchange->live = Live{std::move(out.read), std::move(err.read)};
  return std::make_shared<Live>(Live{std::move(out.write), std::move(err.write)});
}

}  // namespace

void Execute(Service& service, const ExchangePtr& exchange) {
  absl::StatusOr<Wanted> wanted = ReadWanted(*exchange);
  if (!wanted.ok()) return exchange->answer(ErrorResponse(wanted.status()));
  const absl::Status fits = Prepare(service, *exchange, exchange->id, &wanted->job);
  if (!fits.ok()) return exchange->answer(ErrorResponse(fits));
  std::shared_ptr<Live> live;
  if (exchange->AcceptsEvents()) {
    absl::StatusOr<std::shared_ptr<Live>> made = MakeLive(exchange.get());
    if (!made.ok()) return exchange->answer(ErrorResponse(made.status()));
    live = *std::move(made);
  }
  const Urgency urgency = wanted->urgency;
  const auto run = [&service, exchange, live, wanted = *std::move(wanted)](const Turn& turn) {
    Io io;
    io.cancel_fd = turn.cancel_fd;
    if (live != nullptr) {
      io.stdout_fd = live->stdout_pipe.get();
      io.stderr_fd = live->stderr_pipe.get();
    }
    const v1::ResultRecord record = service.engine().run(wanted.job, io);
    if (live != nullptr) *live = Live();
    service.Note(*exchange, "execute", record, turn, SuspiciousPatterns(wanted.job));
    exchange->answer(
        RunResponse(service, *exchange, record, {wanted.record, !wanted.job.artifact_globs().empty()}));
  };
  if (!service.Submit(exchange, {run}, urgency)) exchange->live.reset();
}

}  // namespace jail::serve
