#include "jail/exam/run.h"

#include <poll.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "jail/base/random_id.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/call/spec.h"
#include "jail/exam/attempt.h"
#include "jail/exam/hall.h"
#include "jail/exam/shorten.h"
#include "jail/exam/spec.h"

namespace jail::exam {
namespace {

v1::ExamSpec WithId(v1::ExamSpec spec) {
  if (!spec.exam_id().empty()) return spec;
  spec.set_exam_id(RandomId());
  return spec;
}

// "cases[3].args_json: is no array" -> field and message.
void Refuse(const absl::Status& why, v1::ExamResult* result) {
  const std::string text(why.message());
  const size_t colon = text.find(": ");
  const bool named = absl::IsInvalidArgument(why) && colon != std::string::npos;
  result->mutable_problem()->set_field(named ? text.substr(0, colon) : "");
  result->mutable_problem()->set_message(named ? text.substr(colon + 2) : text);
}

// What a jail would say of each case, before the first is run.
absl::Status CheckJobs(const Jail& jail, const v1::ExamSpec& spec, const JobMaker& maker, bool compiles) {
  if (compiles) {
    const absl::StatusOr<v1::RunPlan> plan = jail.Resolve(maker.ToCompile());
    if (!plan.ok()) return absl::InvalidArgumentError(plan.status().message());
  }
  for (int i = 0; i < spec.cases_size(); ++i) {
    const v1::ExamCase& one = spec.cases(i);
    absl::Status status;
    if (IsCall(one)) {
      const absl::StatusOr<call::Request> request = call::Prepare(maker.ForCall(one));
      status = request.ok() ? jail.Resolve(request->job).status() : request.status();
    } else if (!compiles || !one.code().empty()) {
      status = jail.Resolve(maker.ForCase(one, nullptr)).status();
    }
    if (!status.ok()) return absl::InvalidArgumentError(absl::StrCat(CaseField(i), ".", status.message()));
  }
  return absl::OkStatus();
}

// Whether any case runs what the compiler makes of the submission.
bool NeedsCompiler(const v1::ExamSpec& spec, const v1::Runtime& runtime) {
  return runtime.has_compile() &&
         std::any_of(spec.cases().begin(), spec.cases().end(),
                     [](const v1::ExamCase& one) { return !IsCall(one) && one.code().empty(); });
}

bool IsCancelled(int cancel_fd) {
  pollfd fd = {cancel_fd, POLLIN, 0};  // -1 is passed over.
  return poll(&fd, 1, 0) > 0;
}

v1::CaseResult Skipped(const Hall& hall, int index, absl::string_view why) {
  const v1::ExamCase& one = hall.spec.cases(index);
  v1::CaseResult result;
  result.set_id(CaseId(one, index));
  result.set_name(one.name());
  result.set_difficulty(one.difficulty());
  result.set_skipped(true);
  result.set_summary(std::string(why));
  hall.emitter.Emit(CaseEvent(v1::ExamEvent::CASE_SKIPPED, result.id(), 0));
  return result;
}

// Each worker takes the next case that nobody has begun.
void RunCases(const Hall& hall, v1::ExamResult* result) {
  const int count = hall.spec.cases_size();
  for (int i = 0; i < count; ++i) result->add_cases();
  std::atomic<int> next = 0;
  std::atomic<bool> failed = false;
  std::atomic<int64_t> kept_bytes = 0;
  const auto work = [&] {
    for (int index = next++; index < count; index = next++) {
      if (failed && hall.spec.stop_on_first_failure()) {
        *result->mutable_cases(index) = Skipped(hall, index, "Another case had failed before.");
      } else if (IsCancelled(hall.cancel_fd)) {
        *result->mutable_cases(index) = Skipped(hall, index, "The exam was cancelled.");
      } else {
        v1::CaseResult* one = result->mutable_cases(index);
        *one = RunCase(hall, index);
        if ((kept_bytes += static_cast<int64_t>(one->ByteSizeLong())) > kMostKeptBytes) Shorten(one);
        if (!one->passed()) failed = true;
      }
    }
  };
  const int cpus = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  const int workers = std::min(count, hall.spec.has_jobs() ? hall.spec.jobs() : cpus);
  std::vector<std::thread> threads;
  for (int i = 1; i < workers; ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
}

// False: there is nothing to run.
bool Compile(const Hall& hall, v1::ExamResult* result, v1::CompiledProgram* compiled) {
  v1::ResultRecord record = CompileOnly(hall.jail, hall.maker.ToCompile(), hall.cancel_fd);
  v1::ExamEvent event;
  event.set_kind(v1::ExamEvent::COMPILED);
  Measure(record, &event);
  hall.emitter.Emit(std::move(event));
  *compiled = std::move(*record.mutable_compiled());
  const bool made = record.has_compiled();
  record.clear_compiled();
  *result->mutable_compile() = std::move(record);
  return made;
}

// Nothing was there to be run: no case has a start.
void FailAll(const Hall& hall, v1::ExamResult* result) {
  for (int i = 0; i < hall.spec.cases_size(); ++i) {
    v1::CaseResult* one = result->add_cases();
    *one = Skipped(hall, i, "The submission did not compile.");
    v1::ExamFlag* flag = one->mutable_verification()->add_flags();
    flag->set_type(v1::ExamFlag::MISSING_START);
    flag->set_severity(v1::ExamFlag::CRITICAL);
    flag->set_message(absl::StrCat("The program never ran: ", result->compile().summary()));
  }
}

void Count(v1::ExamResult* result) {
  for (const v1::CaseResult& one : result->cases()) {
    if (one.skipped()) {
      result->set_cases_skipped(result->cases_skipped() + 1);
    } else if (one.passed()) {
      result->set_cases_passed(result->cases_passed() + 1);
    } else {
      result->set_cases_failed(result->cases_failed() + 1);
    }
  }
  result->set_passed(result->cases_passed() == result->cases_size());
}

void TellStart(const v1::ExamSpec& spec, Emitter* emitter, v1::ExamResult* result) {
  v1::ExamEvent event;
  event.set_kind(v1::ExamEvent::EXAM_STARTED);
  event.set_sha256(Fingerprint(spec));
  event.set_version(JAIL_VERSION);
  event.set_cases(spec.cases_size());
  result->set_start_time(emitter->Emit(std::move(event)));
}

void TellEnd(Emitter* emitter, v1::ExamResult* result) {
  v1::ExamEvent event;
  event.set_kind(v1::ExamEvent::EXAM_ENDED);
  event.set_passed(result->passed());
  event.set_passed_cases(result->cases_passed());
  result->set_end_time(emitter->Emit(std::move(event)));
}

}  // namespace

v1::ExamResult Run(const Jail& jail, const v1::ExamSpec& given, const Observer& observe, int cancel_fd) {
  const v1::ExamSpec spec = WithId(given);
  v1::ExamResult result;
  result.set_exam_id(spec.exam_id());
  const absl::StatusOr<const v1::Runtime*> language = jail.FindLanguage(spec.language());
  absl::Status problem = CheckSpec(spec);
  if (problem.ok() && !language.ok()) problem = Bad("language", language.status().message());
  if (!problem.ok()) {
    Refuse(problem, &result);
    return result;
  }

  const v1::Runtime& runtime = **language;
  const JobMaker maker(spec, runtime, jail.SiteConfig());
  const bool compiles = NeedsCompiler(spec, runtime);
  Programs programs;
  problem = CheckJobs(jail, spec, maker, compiles);
  if (problem.ok()) problem = programs.Prepare(jail, spec, maker, cancel_fd);
  if (!problem.ok()) {
    Refuse(problem, &result);
    return result;
  }

  Emitter emitter(observe);
  TellStart(spec, &emitter, &result);
  v1::CompiledProgram compiled;
  const Hall hall = {
      jail, spec, maker, programs, emitter, compiles ? &compiled : nullptr, runtime.has_compile(), cancel_fd};
  if (!compiles || Compile(hall, &result, &compiled)) {
    RunCases(hall, &result);
  } else {
    FailAll(hall, &result);
  }
  Count(&result);
  TellEnd(&emitter, &result);
  return result;
}

}  // namespace jail::exam
