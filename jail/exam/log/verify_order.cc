#include "jail/exam/log/verify_order.h"

#include <limits>
#include <optional>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "jail/base/sha256.h"
#include "jail/base/text.h"
#include "jail/exam/emitter.h"
#include "jail/exam/names.h"
#include "jail/exam/spec.h"

namespace jail::exam {
namespace {

using v1::ExamEvent;

// `time` is the exam's start and at_us, cut to a millisecond; so is the start's own. What was cut off is less
// than this of either, and so is the difference.
constexpr int64_t kToleranceUs = 1'000;

std::optional<absl::Time> ParseTimeText(const std::string& text) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error)) return std::nullopt;
  if (TimeText(time) != text) return std::nullopt;
  return time;
}

}  // namespace

// To add a mark of cases: a row. `from`: the stages in which it may come.
struct OrderCheck::Step {
  ExamEvent::Kind kind;
  unsigned from;
  Stage to;
  void (OrderCheck::*check)(CaseState& state);  // Null: there is nothing more to it.
};

constexpr unsigned StageBit(auto stage) { return 1U << static_cast<unsigned>(stage); }

const OrderCheck::Step OrderCheck::kSteps[] = {
    {ExamEvent::CASE_STARTED, StageBit(Stage::kNew) | StageBit(Stage::kJudged), Stage::kStarted,
     &OrderCheck::Start},
    {ExamEvent::OUTPUT, StageBit(Stage::kStarted), Stage::kStarted, &OrderCheck::AddOutput},
    {ExamEvent::CASE_ENDED, StageBit(Stage::kStarted), Stage::kEnded, &OrderCheck::End},
    {ExamEvent::FLAGGED, StageBit(Stage::kEnded), Stage::kEnded, nullptr},
    {ExamEvent::CASE_JUDGED, StageBit(Stage::kEnded), Stage::kJudged, &OrderCheck::Judge},
    {ExamEvent::CASE_SKIPPED, StageBit(Stage::kNew), Stage::kSkipped, nullptr},
};

const char* OrderCheck::Words(Stage stage) {
  switch (stage) {
    case Stage::kNew:
      return "has not started";
    case Stage::kStarted:
      return "has started and not ended";
    case Stage::kEnded:
      return "has ended";
    case Stage::kJudged:
      return "was judged";
    case Stage::kSkipped:
      return "was skipped";
  }
  return "";
}

void OrderCheck::Say(absl::string_view what) {
  findings_->Add(line_, entries_, absl::StrCat("entry ", entries_, ", ", NameOf(event_->kind()), ": ", what));
}

void OrderCheck::SayOfCase(absl::string_view what) {
  Say(absl::StrCat("case ", Quoted(event_->case_id()), " ", what));
}

void OrderCheck::Feed(int64_t line, const ExamEvent& event) {
  line_ = line;
  event_ = &event;
  CheckNumber();
  CheckTime();
  const bool of_case = !event.case_id().empty();
  of_case ? FeedCase() : FeedExam();
  ++entries_;
}

void OrderCheck::CheckNumber() {
  if (event_->sequence() != entries_) Say(absl::StrCat("its number is ", event_->sequence()));
  const bool starts = event_->kind() == ExamEvent::EXAM_STARTED;
  if (starts != (entries_ == 0)) Say(starts ? "the exam has started already" : "the exam has not started");
  if (ended_) Say("the exam has ended already");
}

void OrderCheck::CheckTime() {
  if (event_->at_us() < last_us_)
    Say(absl::StrCat("its time runs backwards: ", event_->at_us(), " us after ", last_us_, " us"));
  last_us_ = event_->at_us();
  CheckWallClock();
}

void OrderCheck::CheckWallClock() {
  const std::optional<absl::Time> time = ParseTimeText(event_->time());
  if (!time.has_value())
    return Say(
        absl::StrCat("its time ", Quoted(event_->time()), " is not RFC 3339 in UTC with milliseconds"));
  if (entries_ == 0) {
    start_time_ = *time;
    start_us_ = event_->at_us();
  }
  if (start_time_ == absl::InfinitePast()) return;  // Said before.
  const absl::Duration off = *time - start_time_ - absl::Microseconds(event_->at_us() - start_us_);
  if (absl::AbsDuration(off) > absl::Microseconds(kToleranceUs))
    Say(absl::StrCat("its time ", event_->time(), " is not the exam's start and ", event_->at_us(), " us"));
}

void OrderCheck::FeedExam() {
  switch (event_->kind()) {
    case ExamEvent::EXAM_STARTED:
      wanted_cases_ = event_->cases();
      return;
    case ExamEvent::COMPILED:
      if (compiled_ || !cases_.empty()) Say("it comes once, before all cases");
      compiled_ = true;
      return;
    case ExamEvent::EXAM_ENDED:
      ended_ = true;
      return CheckCounts();
    default:
      return Say("it names no case");
  }
}

// Null: there are too many, which was said.
OrderCheck::CaseState* OrderCheck::FindCase() {
  const auto found = cases_.find(event_->case_id());
  if (found != cases_.end()) return &found->second;
  // What is beyond that no exam has: it is not kept.
  if (cases_.size() < size_t{kMostCases}) return &cases_[event_->case_id()];
  Say(absl::StrCat("there are more than ", kMostCases, " cases"));
  return nullptr;
}

void OrderCheck::FeedCase() {
  CaseState* state = FindCase();
  if (state == nullptr) return;
  for (const Step& step : kSteps) {
    if (step.kind != event_->kind()) continue;
    if ((step.from & StageBit(state->stage)) == 0) return SayOfCase(Words(state->stage));
    state->stage = step.to;
    const int64_t attempt = step.kind == ExamEvent::CASE_STARTED ? state->attempt + 1 : state->attempt;
    if (event_->attempt() != attempt)
      SayOfCase(absl::StrCat("is at attempt ", attempt, ", not ", event_->attempt()));
    if (step.check != nullptr) (this->*step.check)(*state);
    return;
  }
  Say("it is not of a case");
}

void OrderCheck::Start(CaseState& state) {
  state.attempt = event_->attempt();
  state.started_us = event_->at_us();
  state.out = state.err = Piece();
}

void OrderCheck::AddOutput(CaseState& state) {
  const bool known = event_->stream() != ExamEvent::STREAM_UNSPECIFIED;
  if (!known) return SayOfCase("has output on no stream");
  Piece& piece = event_->stream() == ExamEvent::STDOUT ? state.out : state.err;
  if (event_->offset() != piece.bytes)
    SayOfCase(absl::StrCat("has ", piece.bytes, " bytes of ", NameOf(event_->stream()),
                           " so far, and this begins at ", event_->offset()));
  if (event_->bytes() > std::numeric_limits<int64_t>::max() - piece.bytes)
    return SayOfCase("has endless output");
  piece.bytes += event_->bytes();
  piece.sha256 = event_->sha256();
  ++piece.count;
}

void OrderCheck::End(CaseState& state) {
  const bool ran = !event_->stdout_sha256().empty();
  if (!ran) return;  // The figures are its compiler's, if anybody's.
  CheckStream("stdout", state.out, event_->stdout_bytes(), event_->stdout_sha256());
  CheckStream("stderr", state.err, event_->stderr_bytes(), event_->stderr_sha256());
  const int64_t between_us = event_->at_us() - state.started_us;
  if (event_->wall_time_us() > between_us)
    SayOfCase(
        absl::StrCat("took ", event_->wall_time_us(), " us of the ", between_us, " us since it started"));
}

// What is beyond the output limit is counted and hashed, and no piece of it comes. The hash of the whole
// follows from those of the pieces when there is one, or none.
void OrderCheck::CheckStream(absl::string_view name, const Piece& piece, int64_t bytes,
                             absl::string_view sha256) {
  if (bytes < piece.bytes)
    SayOfCase(absl::StrCat("wrote ", bytes, " bytes to ", name, ", and its pieces have ", piece.bytes));
  if (piece.count > 1 || bytes != piece.bytes) return;
  if (sha256 != (piece.count == 1 ? piece.sha256 : Sha256Of("")))
    SayOfCase(absl::StrCat("has a hash of its ", name, " that is not its pieces'"));
}

int64_t OrderCheck::CountOf(Stage stage) const {
  return absl::c_count_if(cases_, [stage](const auto& row) { return row.second.stage == stage; });
}

int64_t OrderCheck::cases_done() const { return CountOf(Stage::kJudged) + CountOf(Stage::kSkipped); }

void OrderCheck::CheckCounts() {
  for (const auto& [id, state] : cases_) {
    const bool done = state.stage == Stage::kJudged || state.stage == Stage::kSkipped;
    if (!done) Say(absl::StrCat("case ", Quoted(id), " ", Words(state.stage), " and was not judged"));
  }
  const int64_t judged = CountOf(Stage::kJudged), skipped = CountOf(Stage::kSkipped);
  const int64_t passed = absl::c_count_if(
      cases_, [](const auto& row) { return row.second.stage == Stage::kJudged && row.second.passed; });
  if (judged + skipped != wanted_cases_)
    Say(absl::StrCat("of ", wanted_cases_, " cases, ", judged, " were judged and ", skipped, " skipped"));
  if (event_->passed_cases() != passed)
    Say(absl::StrCat(event_->passed_cases(), " cases are said to have passed, and it was ", passed));
  if (event_->passed() != (passed == wanted_cases_))
    Say(absl::StrCat("the exam is said to have ", event_->passed() ? "passed" : "failed", ", with ", passed,
                     " of ", wanted_cases_, " cases passed"));
}

void OrderCheck::Finish() {
  if (entries_ == 0) findings_->Add(0, -1, "the log has no entries: its exam was refused before it began");
  if (entries_ > 0 && !ended_)
    findings_->Add(line_, entries_ - 1, "the log has a seal, and its exam no end: exam_ended is missing");
}

}  // namespace jail::exam
