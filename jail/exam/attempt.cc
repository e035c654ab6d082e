#include "jail/exam/attempt.h"

#include <cstdint>
#include <memory>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "jail/base/sha256.h"
#include "jail/base/status_macros.h"
#include "jail/base/units.h"
#include "jail/call/call.h"
#include "jail/exam/check.h"
#include "jail/exam/spec.h"
#include "jail/exam/stream_watch.h"

namespace jail::exam {
namespace {

// What an interactor's case has when it says nothing of idle time: two programs that wait for each other
// would otherwise wait until the clock ends them.
constexpr int64_t kInteractiveIdleMs = 5'000;
// So long an interactor may go on when the submission's time is up.
constexpr int64_t kInteractorGraceMs = 10'000;
// An interactor that used less of the CPU than this share of a wait was waiting, too.
constexpr double kIdleShare = 0.1;

v1::ResultRecord NoPipes(const absl::Status& why) {
  v1::ResultRecord record;
  record.set_verdict(v1::VERDICT_JAIL_ERROR);
  record.set_summary(absl::StrCat(why.message(), "."));
  return record;
}

// One attempt's way through its jails.
class Attendant {
 public:
  Attendant(const Hall& hall, const v1::ExamCase& one, std::string id, int attempt)
      : hall_(hall), one_(one), id_(std::move(id)), number_(attempt) {}

  v1::CaseResult Attend();

 private:
  Attempt RunIt();
  Attempt RunCall();
  Attempt RunProgram();
  Attempt RunInteractive();
  v1::JobSpec InteractorFor(const v1::JobSpec& job) const;
  // Each one's output is the other's input, until both have ended. An error: there were no pipes for it.
  absl::Status Converse(const v1::JobSpec& job, v1::ResultRecord* record, v1::ResultRecord* judge) const;

  v1::ExamEvent Event(v1::ExamEvent::Kind kind) const { return CaseEvent(kind, id_, number_); }
  bool MakeJob(v1::JobSpec* job, Attempt* attempt) const;
  void TellStart(const google::protobuf::MessageLite& job);
  absl::StatusOr<std::unique_ptr<StreamWatch>> Watch(Fd forward = Fd()) const;
  Io IoOf(const StreamWatch& watch) const;
  void Tell(const v1::CaseResult& result) const;

  const Hall& hall_;
  const v1::ExamCase& one_;
  const std::string id_;
  const int number_;
  std::string start_time_;
};

v1::CaseResult Attendant::Attend() {
  Attempt attempt = RunIt();
  v1::ExamEvent ended = Event(v1::ExamEvent::CASE_ENDED);
  Measure(attempt.record, &ended);
  const std::string end_time = hall_.emitter.Emit(std::move(ended));
  if (RunPhase(attempt.record) != nullptr) Check(hall_, one_, &attempt);
  v1::CaseResult result;
  Judge(std::move(attempt), one_.expected_duration_ms(), &result);
  result.mutable_logs()->set_start_time(start_time_);
  result.mutable_logs()->set_end_time(end_time);
  Tell(result);
  return result;
}

Attempt Attendant::RunIt() {
  if (IsCall(one_)) return RunCall();
  return one_.has_interactor() ? RunInteractive() : RunProgram();
}

void Attendant::TellStart(const google::protobuf::MessageLite& job) {
  v1::ExamEvent event = Event(v1::ExamEvent::CASE_STARTED);
  event.set_sha256(Fingerprint(job));
  start_time_ = hall_.emitter.Emit(std::move(event));
}

absl::StatusOr<std::unique_ptr<StreamWatch>> Attendant::Watch(Fd forward) const {
  const auto tell = [this](v1::ExamEvent::Stream stream, int64_t offset, const std::string& bytes) {
    v1::ExamEvent event = Event(v1::ExamEvent::OUTPUT);
    event.set_stream(stream);
    event.set_offset(offset);
    event.set_bytes(static_cast<int64_t>(bytes.size()));
    event.set_sha256(Sha256Of(bytes));
    event.set_content(bytes);
    hall_.emitter.Emit(std::move(event));
  };
  return StreamWatch::Start(tell, std::move(forward));
}

Io Attendant::IoOf(const StreamWatch& watch) const {
  Io io;
  io.stdout_fd = watch.stdout_fd();
  io.stderr_fd = watch.stderr_fd();
  io.cancel_fd = hall_.cancel_fd;
  return io;
}

Attempt Attendant::RunCall() {
  const v1::CallSpec spec = hall_.maker.ForCall(one_);
  TellStart(spec);
  Attempt attempt;
  attempt.is_call = true;
  const auto watch = Watch();
  if (!watch.ok()) {
    attempt.record = NoPipes(watch.status());
    return attempt;
  }
  attempt.call = call::Run(hall_.jail, spec, nullptr, IoOf(**watch));
  (*watch)->Finish();
  attempt.record = std::move(*attempt.call.mutable_record());
  return attempt;
}

// False: it does not compile, and the attempt's record says so.
bool Attendant::MakeJob(v1::JobSpec* job, Attempt* attempt) const {
  if (one_.code().empty() || !hall_.own_compile) {
    *job = hall_.maker.ForCase(one_, one_.code().empty() ? hall_.compiled : nullptr);
    return true;
  }
  attempt->record = CompileOnly(hall_.jail, hall_.maker.ForCase(one_, nullptr), hall_.cancel_fd);
  if (!attempt->record.has_compiled()) return false;
  *job = hall_.maker.ForCase(one_, &attempt->record.compiled());
  return true;
}

Attempt Attendant::RunProgram() {
  Attempt attempt;
  v1::JobSpec job;
  const bool made = MakeJob(&job, &attempt);
  TellStart(job);
  if (!made) return attempt;
  const auto watch = Watch();
  attempt.record = watch.ok() ? hall_.jail.Run(job, IoOf(**watch)) : NoPipes(watch.status());
  if (watch.ok()) (*watch)->Finish();
  return attempt;
}

v1::JobSpec Attendant::InteractorFor(const v1::JobSpec& job) const {
  v1::JobSpec interactor = hall_.programs.JobOf(one_.interactor());
  AddInput("input.txt", one_.stdin(), &interactor);
  AddInput("answer.txt", one_.expected_stdout(), &interactor);
  if (!one_.interactor().limits().has_wall_time_ms())
    interactor.mutable_limits()->set_wall_time_ms(job.limits().wall_time_ms() + kInteractorGraceMs);
  AllowSources(&interactor);
  return interactor;
}

absl::Status Attendant::Converse(const v1::JobSpec& job, v1::ResultRecord* record,
                                 v1::ResultRecord* judge) const {
  const v1::JobSpec interactor = InteractorFor(job);
  JAIL_ASSIGN_OR_RETURN(Pipe questions, MakePipe());  // From the submission,
  JAIL_ASSIGN_OR_RETURN(Pipe answers, MakePipe());    // and to it.
  JAIL_ASSIGN_OR_RETURN(const std::unique_ptr<StreamWatch> watch, Watch(std::move(questions.write)));
  std::thread other([&] {
    Io io;
    io.stdin_fd = questions.read.get();
    io.stdout_fd = answers.write.get();
    io.cancel_fd = hall_.cancel_fd;
    *judge = hall_.jail.Run(interactor, io);
    questions.read.Reset();  // Nobody listens, nobody speaks any more.
    answers.write.Reset();
  });
  Io io = IoOf(*watch);
  io.stdin_fd = answers.read.get();
  *record = hall_.jail.Run(job, io);
  watch->Finish();  // Closes the interactor's input.
  answers.read.Reset();
  other.join();
  return absl::OkStatus();
}

// Whether it, too, used next to no CPU in the last `idle_us` of the other's life. Its samples say; a program
// too short-lived for them did nothing long enough.
bool WaitedAsWell(const v1::ResultRecord& interactor, int64_t end_us, int64_t idle_us) {
  int64_t before_us = 0, after_us = 0;
  for (const v1::ResourceSample& sample : interactor.timeline().samples()) {
    if (sample.at_us() <= end_us - idle_us) before_us = sample.cpu_time_us();
    if (sample.at_us() <= end_us) after_us = sample.cpu_time_us();
  }
  return static_cast<double>(after_us - before_us) < kIdleShare * static_cast<double>(idle_us);
}

// Of a submission that was ended because it was idle: who kept whom waiting.
void FindDeadlock(const v1::ResultRecord& judge, int64_t idle_ms, Attempt* attempt) {
  if (attempt->record.verdict() != v1::VERDICT_IDLE_TIME_LIMIT) return;
  const int64_t end_us = RunPhase(attempt->record)->usage().wall_time_us();
  attempt->deadlock = WaitedAsWell(judge, end_us, idle_ms * kUsPerMs);
  if (!attempt->deadlock) attempt->not_judged = "the interactor was busy while the submission waited for it";
}

Attempt Attendant::RunInteractive() {
  Attempt attempt;
  attempt.interactive = true;
  v1::JobSpec job;
  const bool made = MakeJob(&job, &attempt);
  if (made) {
    job.clear_stdin();
    if (!job.limits().has_idle_time_ms()) job.mutable_limits()->set_idle_time_ms(kInteractiveIdleMs);
  }
  TellStart(job);
  if (!made) return attempt;
  v1::ResultRecord judge;
  const absl::Status talked = Converse(job, &attempt.record, &judge);
  if (!talked.ok()) {
    attempt.record = NoPipes(talked);
    return attempt;
  }
  FindDeadlock(judge, job.limits().idle_time_ms(), &attempt);
  TakeJudgement(std::move(judge), "interactor", &attempt);
  return attempt;
}

void Attendant::Tell(const v1::CaseResult& result) const {
  for (const v1::ExamFlag& flag : result.verification().flags()) {
    v1::ExamEvent event = Event(v1::ExamEvent::FLAGGED);
    *event.mutable_flag() = flag;
    hall_.emitter.Emit(std::move(event));
  }
  v1::ExamEvent judged = Event(v1::ExamEvent::CASE_JUDGED);
  judged.set_passed(result.passed());
  hall_.emitter.Emit(std::move(judged));
}

}  // namespace

v1::CaseResult RunCase(const Hall& hall, int index) {
  constexpr int kUsualReruns = 1;
  const v1::ExamCase& one = hall.spec.cases(index);
  const int reruns = hall.spec.has_reruns() ? hall.spec.reruns() : kUsualReruns;
  v1::CaseResult result = Attendant(hall, one, CaseId(one, index), 1).Attend();
  for (int again = 1; again <= reruns && WantsRerun(result); ++again) {
    v1::CaseResult next = Attendant(hall, one, CaseId(one, index), again + 1).Attend();
    next.mutable_earlier()->Swap(result.mutable_earlier());
    *next.add_earlier() = std::move(*result.mutable_record());
    next.set_reruns(again);
    result = std::move(next);
  }
  result.set_id(CaseId(one, index));
  result.set_name(one.name());
  result.set_difficulty(one.difficulty());
  return result;
}

std::string Fingerprint(const google::protobuf::MessageLite& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);  // The environment is a map.
    message.SerializeToCodedStream(&coded);
  }
  return Sha256Of(bytes);
}

void Measure(const v1::ResultRecord& record, v1::ExamEvent* event) {
  event->set_verdict(record.verdict());
  if (record.phases().empty()) return;
  const v1::PhaseResult& phase = record.phases(record.phases_size() - 1);
  if (const int code = ExitCode(phase); code >= 0) event->set_exit_code(code);
  event->set_wall_time_us(phase.usage().wall_time_us());
  event->set_cpu_time_us(phase.usage().cpu_time_us());
  event->set_memory_peak_bytes(phase.usage().memory_peak_bytes());
  event->set_by_itself(EndedByItself(record));
  if (event->kind() != v1::ExamEvent::CASE_ENDED || RunPhase(record) == nullptr) return;
  event->set_stdout_sha256(phase.stdout().sha256());
  event->set_stderr_sha256(phase.stderr().sha256());
  event->set_stdout_bytes(phase.stdout().total_bytes());
  event->set_stderr_bytes(phase.stderr().total_bytes());
}

}  // namespace jail::exam
