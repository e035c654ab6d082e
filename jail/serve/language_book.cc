#include "jail/serve/language_book.h"

#include <sys/eventfd.h>

#include <future>
#include <utility>

#include "absl/status/status.h"
#include "jail/base/threads.h"
#include "jail/serve/execute.h"
#include "jail/serve/json.h"
#include "jail/v1/job.pb.h"
#include "jail/v1/plan.pb.h"

namespace jail::serve {
namespace {

// What a hello of this language would have.
Json LimitsOf(const Engine& engine, const v1::ServeConfig& config, const std::string& language) {
  v1::JobSpec job;
  job.set_language(language);
  job.add_files();
  Complete(config, "", "", &job);
  const absl::StatusOr<v1::RunPlan> plan = engine.resolve(job);
  if (!plan.ok() || plan->phases().empty()) return nullptr;
  const v1::Limits& limits = plan->phases(plan->phases_size() - 1).limits();
  return {{"wallTimeMs", limits.wall_time_ms()},  {"cpuTimeMs", limits.cpu_time_ms()},
          {"memoryBytes", limits.memory_bytes()}, {"processes", limits.processes()},
          {"outputBytes", limits.output_bytes()}, {"diskBytes", limits.disk_bytes()},
          {"sourceBytes", limits.source_bytes()}};
}

Json Details(const Engine& engine, const v1::ServeConfig& config, const v1::LanguageReport& report) {
  Json languages = Json::array();
  for (const v1::LanguageState& state : report.languages()) {
    if (!state.installed()) continue;
    Json variants = Json::array();
    for (const v1::VariantState& variant : state.variants()) {
      if (variant.installed()) variants.push_back(variant.name());
    }
    languages.push_back(
        {{"name", state.name()},
         {"displayName", state.display_name()},
         {"version", state.version()},
         {"aliases", Json(std::vector<std::string>(state.aliases().begin(), state.aliases().end()))},
         {"extensions", Json(std::vector<std::string>(state.extensions().begin(), state.extensions().end()))},
         {"standards", Json(std::vector<std::string>(state.standards().begin(), state.standards().end()))},
         {"variants", std::move(variants)},
         {"limits", LimitsOf(engine, config, state.name())}});
  }
  return {{"languages", std::move(languages)}};
}

LanguageBook::Facts NotHeardOut() { return absl::UnavailableError("the service is shutting down"); }

}  // namespace

LanguageBook::LanguageBook(const Engine& engine, const v1::ServeConfig& config)
    : engine_(engine), config_(config), cancel_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

LanguageBook::~LanguageBook() { End(); }

void LanguageBook::Begin() {
  const std::lock_guard lock(mutex_);
  if (std::exchange(begun_, true) || cancelled_) return;
  thread_ = std::thread([this] {
    BlockSignalsOfThread();
    Ask();
  });
}

void LanguageBook::Tell(Then then) {
  Begin();
  std::optional<Facts> facts;
  {
    const std::lock_guard lock(mutex_);
    if (!facts_ && !cancelled_) return waiting_.push_back(std::move(then));
    facts = facts_;
  }
  then(facts.value_or(NotHeardOut()));
}

LanguageBook::Facts LanguageBook::Await() {
  std::promise<Facts> promise;
  Tell([&promise](const Facts& facts) { promise.set_value(facts); });
  return promise.get_future().get();
}

void LanguageBook::Cancel() {
  const std::lock_guard lock(mutex_);
  cancelled_ = true;
  // Cannot fail: the counter is far from full. Without a descriptor they are heard out.
  static_cast<void>(eventfd_write(cancel_.get(), 1));
}

void LanguageBook::End() {
  Cancel();
  if (thread_.joinable()) thread_.join();
}

void LanguageBook::Ask() {
  auto known = std::make_shared<LanguageFacts>();
  known->report = engine_.versions(cancel_.get());
  known->details = Text(Details(engine_, config_, known->report));
  Facts facts(std::move(known));
  std::vector<Then> waiting;
  {
    const std::lock_guard lock(mutex_);
    if (cancelled_) facts = NotHeardOut();
    facts_ = facts;
    waiting = std::exchange(waiting_, {});
  }
  for (const Then& then : waiting) then(facts);
}

}  // namespace jail::serve
