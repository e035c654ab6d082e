// An exam of three cases, as its events, its log and its result: the second case is run again, the third
// skipped.
#ifndef TESTS_UNIT_EXAM_SAMPLE_LOG_H_
#define TESTS_UNIT_EXAM_SAMPLE_LOG_H_

#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "jail/base/fd.h"
#include "jail/base/sha256.h"
#include "jail/exam/log/event_json.h"
#include "jail/exam/log/log.h"
#include "jail/exam/log/log_format.h"
#include "jail/v1/exam.pb.h"
#include "jail/v1/result.pb.h"

namespace jail::exam {

class SampleExam {
 public:
  enum class Size { kSmall, kWhole };  // Small: of the first case alone.

  explicit SampleExam(Size size = Size::kWhole) {
    v1::ExamEvent& start = Add(v1::ExamEvent::EXAM_STARTED, "", 0);
    start.set_sha256(Sha256Of("the spec"));
    start.set_version("1.2.3");
    start.set_cases(size == Size::kSmall ? 1 : 3);
    if (size == Size::kSmall) {
      Attempt("1", 1, {"hello ", "world\n"}, "");
      Judge("1", 1);
      v1::ExamEvent& end = Add(v1::ExamEvent::EXAM_ENDED, "", 0);
      end.set_passed(true);
      end.set_passed_cases(1);
      return;
    }
    AddEnd(Add(v1::ExamEvent::COMPILED, "", 0), "", "");
    Attempt("1", 1, {"hello ", "world\n"}, "");
    Judge("1", 1);
    Attempt("b", 1, {"one"}, "a warning");
    Judge("b", 1);
    Attempt("b", 2, {"two"}, "");
    v1::ExamFlag* flag = Add(v1::ExamEvent::FLAGGED, "b", 2).mutable_flag();
    flag->set_type(v1::ExamFlag::RESOURCE_ANOMALY);
    flag->set_severity(v1::ExamFlag::WARNING);
    flag->set_message("peak memory \"0.5 MB\"");
    Judge("b", 2);
    Add(v1::ExamEvent::CASE_SKIPPED, "c", 0);
    Add(v1::ExamEvent::EXAM_ENDED, "", 0).set_passed_cases(2);
  }

  std::vector<v1::ExamEvent> events;

  std::string Text(const SecretKey* key) const {
    const Fd file(memfd_create("log", MFD_CLOEXEC));
    Log log = Log::Begin(file.get(), "log").value();
    for (const v1::ExamEvent& event : events) EXPECT_TRUE(log.Append(event).ok());
    EXPECT_TRUE(log.Seal(key).ok());
    std::string text(static_cast<size_t>(lseek(file.get(), 0, SEEK_END)), '\0');
    EXPECT_EQ(pread(file.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    return text;
  }

  std::string Head() const {
    Log log = Log::Begin(-1, "").value();
    for (const v1::ExamEvent& event : events) EXPECT_TRUE(log.Append(event).ok());
    return log.head();
  }

  v1::ExamResult Result() const {
    v1::ExamResult result;
    result.set_cases_passed(2);
    AddResult(&result, "1", 0, "hello world\n");
    AddResult(&result, "b", 1, "two");
    v1::CaseResult* skipped = result.add_cases();
    skipped->set_id("c");
    skipped->set_skipped(true);
    result.set_log_head(Head());
    return result;
  }

 private:
  v1::ExamEvent& Add(v1::ExamEvent::Kind kind, const std::string& case_id, int attempt) {
    constexpr int64_t kStepUs = 2'500;
    v1::ExamEvent& event = events.emplace_back();
    event.set_kind(kind);
    event.set_sequence(static_cast<int64_t>(events.size()) - 1);
    event.set_at_us(event.sequence() * kStepUs);
    const absl::Time time = absl::FromUnixMillis(1'767'323'045'678) + absl::Microseconds(event.at_us());
    event.set_time(absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone()));
    event.set_case_id(case_id);
    event.set_attempt(attempt);
    return event;
  }

  static void AddEnd(v1::ExamEvent& event, const std::string& out, const std::string& err) {
    event.set_verdict(v1::VERDICT_OK);
    event.set_exit_code(0);
    event.set_wall_time_us(2'000);
    event.set_cpu_time_us(1'000);
    event.set_memory_peak_bytes(1 << 20);
    event.set_stdout_sha256(Sha256Of(out));
    event.set_stderr_sha256(Sha256Of(err));
    event.set_stdout_bytes(static_cast<int64_t>(out.size()));
    event.set_stderr_bytes(static_cast<int64_t>(err.size()));
    event.set_by_itself(true);
  }

  void Piece(const std::string& id, int attempt, v1::ExamEvent::Stream stream, size_t offset,
             const std::string& text) {
    v1::ExamEvent& event = Add(v1::ExamEvent::OUTPUT, id, attempt);
    event.set_stream(stream);
    event.set_offset(static_cast<int64_t>(offset));
    event.set_bytes(static_cast<int64_t>(text.size()));
    event.set_sha256(Sha256Of(text));
    event.set_content(text);
  }

  void Attempt(const std::string& id, int attempt, const std::vector<std::string>& pieces,
               const std::string& err) {
    Add(v1::ExamEvent::CASE_STARTED, id, attempt).set_sha256(Sha256Of(id));
    size_t offset = 0;
    for (const std::string& piece : pieces) {
      Piece(id, attempt, v1::ExamEvent::STDOUT, offset, piece);
      offset += piece.size();
    }
    if (!err.empty()) Piece(id, attempt, v1::ExamEvent::STDERR, 0, err);
    AddEnd(Add(v1::ExamEvent::CASE_ENDED, id, attempt), absl::StrJoin(pieces, ""), err);
  }

  void Judge(const std::string& id, int attempt) {
    Add(v1::ExamEvent::CASE_JUDGED, id, attempt).set_passed(true);
  }

  static void AddResult(v1::ExamResult* result, const std::string& id, int reruns, const std::string& out) {
    v1::CaseResult* one = result->add_cases();
    one->set_id(id);
    one->set_passed(true);
    one->set_reruns(reruns);
    one->mutable_record()->set_verdict(v1::VERDICT_OK);
    v1::PhaseResult* run = one->mutable_record()->add_phases();
    run->set_kind(v1::PhaseResult::KIND_RUN);
    for (v1::Output* output : {run->mutable_stdout(), run->mutable_stderr()}) {
      output->set_content(output == &run->stdout() ? out : "");
      output->set_total_bytes(static_cast<int64_t>(output->content().size()));
      output->set_sha256(Sha256Of(output->content()));
    }
  }
};

// A log's lines, and back.
inline std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  lines.pop_back();
  return lines;
}
inline std::string TextOf(const std::vector<std::string>& lines) { return absl::StrJoin(lines, "\n") + "\n"; }

}  // namespace jail::exam

#endif  // TESTS_UNIT_EXAM_SAMPLE_LOG_H_
