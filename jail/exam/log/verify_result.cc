#include "jail/exam/log/verify_result.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "jail/base/sha256.h"
#include "jail/base/text.h"
#include "jail/exam/judge.h"
#include "jail/exam/names.h"
#include "jail/v1/result.pb.h"

namespace jail::exam {
namespace {

using v1::ExamEvent;

// Of one that never ran: a phase in which nothing happened.
const v1::PhaseResult& PhaseOf(const v1::ResultRecord& record) {
  const v1::PhaseResult* phase = RunPhase(record);
  return phase == nullptr ? v1::PhaseResult::default_instance() : *phase;
}

}  // namespace

ResultCheck::ResultCheck(const v1::ExamResult& result, Findings* findings)
    : result_(result), findings_(findings) {
  for (const v1::CaseResult& one : result.cases()) {
    if (!rows_.emplace(one.id(), Row{&one, int64_t{one.reruns()} + 1}).second)
      findings_->Add(0, -1, absl::StrCat("the result has case ", Quoted(one.id()), " twice"));
  }
}

void ResultCheck::Say(absl::string_view what) {
  const std::string of_case =
      event_->case_id().empty() ? "" : absl::StrCat("case ", Quoted(event_->case_id()), ": ");
  findings_->Add(line_, event_->sequence(), absl::StrCat("the result is not this log's: ", of_case, what));
}

void ResultCheck::Feed(int64_t line, const ExamEvent& event) {
  line_ = line;
  event_ = &event;
  if (event.kind() == ExamEvent::EXAM_ENDED) return CheckExam();
  if (event.case_id().empty()) return;
  const auto row = rows_.find(event.case_id());
  if (row != rows_.end()) return FeedCase(row->second);
  // One word for each case: of what comes between, the result can say nothing.
  if (event.kind() == ExamEvent::CASE_JUDGED || event.kind() == ExamEvent::CASE_SKIPPED)
    Say("the result does not have it");
}

void ResultCheck::FeedCase(Row& row) {
  const v1::CaseResult& result = *row.result;
  const bool last_attempt = event_->attempt() == row.last_attempt;
  if (event_->kind() == ExamEvent::OUTPUT && last_attempt) CheckPiece(row);
  if (event_->kind() == ExamEvent::CASE_ENDED && last_attempt) CheckEnd(row);
  const bool judged = event_->kind() == ExamEvent::CASE_JUDGED;
  const bool skipped = event_->kind() == ExamEvent::CASE_SKIPPED;
  if (!judged && !skipped) return;
  if (judged && event_->attempt() < row.last_attempt) return;
  if (judged && !last_attempt)
    return Say(absl::StrCat("attempt ", event_->attempt(), " was its last, not ", row.last_attempt));
  row.done = true;
  if (result.skipped() != skipped) return Say(skipped ? "it was skipped" : "it was not skipped");
  if (result.passed() != (judged && event_->passed()))
    Say(result.passed() ? "it has not passed" : "it has passed");
}

void ResultCheck::CheckEnd(const Row& row) {
  const v1::Verdict verdict = row.result->record().verdict();
  if (verdict != event_->verdict())
    Say(absl::StrCat("its verdict is ", v1::Verdict_Name(event_->verdict()), ", not ",
                     v1::Verdict_Name(verdict)));
  const v1::PhaseResult& run = PhaseOf(row.result->record());
  CheckOutput("stdout", run.stdout(), event_->stdout_bytes(), event_->stdout_sha256());
  CheckOutput("stderr", run.stderr(), event_->stderr_bytes(), event_->stderr_sha256());
  const bool ran = !event_->stdout_sha256().empty();
  const bool out_short = !run.stdout().truncated() && row.out != event_->stdout_bytes();
  const bool err_short = !run.stderr().truncated() && row.err != event_->stderr_bytes();
  if (ran && (out_short || err_short))
    Say("nothing of its output was cut, and pieces of it are not in the log");
}

void ResultCheck::CheckOutput(absl::string_view name, const v1::Output& output, int64_t bytes,
                              absl::string_view sha256) {
  if (output.total_bytes() != bytes)
    Say(absl::StrCat("it wrote ", bytes, " bytes to ", name, ", not ", output.total_bytes()));
  if (output.sha256() != sha256) return Say(absl::StrCat("the hash of its ", name, " is another"));
  const bool whole = !output.truncated() && !sha256.empty();
  if (whole && Sha256Of(output.content()) != sha256) Say(absl::StrCat("its ", name, " has another hash"));
  if (sha256.empty() && !output.content().empty()) Say(absl::StrCat("it wrote no ", name));
}

// Where the result has the bytes that this piece was. Every byte is hashed once: the pieces do not overlap.
void ResultCheck::CheckPiece(Row& row) {
  const v1::PhaseResult& run = PhaseOf(row.result->record());
  const bool out = event_->stream() == ExamEvent::STDOUT;
  const v1::Output& output = out ? run.stdout() : run.stderr();
  const absl::string_view content = output.content();
  const auto offset = static_cast<uint64_t>(event_->offset()), bytes = static_cast<uint64_t>(event_->bytes());
  (out ? row.out : row.err) = static_cast<int64_t>(std::min<uint64_t>(offset + bytes, INT64_MAX));
  if (offset > content.size() || bytes > content.size() - offset) return;  // Cut off, or said at its end.
  if (Sha256Of(content.substr(offset, bytes)) != event_->sha256())
    Say(absl::StrCat("its ", NameOf(event_->stream()), " from byte ", offset, " on has another hash"));
}

void ResultCheck::CheckExam() {
  if (result_.passed() != event_->passed())
    Say(result_.passed() ? "the exam has not passed" : "the exam has passed");
  if (result_.cases_passed() != event_->passed_cases())
    Say(absl::StrCat(event_->passed_cases(), " cases have passed, not ", result_.cases_passed()));
}

void ResultCheck::Finish(absl::string_view head) {
  for (const auto& [id, row] : rows_) {
    if (row.done) continue;
    findings_->Add(0, -1,
                   absl::StrCat("the result's case ", Quoted(id), " is not in the log, or not its attempt ",
                                row.last_attempt));
  }
  if (result_.log_head() != head)
    findings_->Add(0, -1, "the result names another log: its log_head is not this log's last hash");
}

}  // namespace jail::exam
