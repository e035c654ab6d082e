// An exam's result beside its log: what both tell must be the same, and the result's outputs those whose
// hashes the log has.
#ifndef JAIL_EXAM_LOG_VERIFY_RESULT_H_
#define JAIL_EXAM_LOG_VERIFY_RESULT_H_

#include <cstdint>
#include <map>

#include "absl/strings/string_view.h"
#include "jail/exam/log/finding.h"
#include "jail/v1/exam.pb.h"

namespace jail::exam {

class ResultCheck {
 public:
  // Both outlive this.
  ResultCheck(const v1::ExamResult& result, Findings* findings);

  // Each entry, in the log's order. Attempts before a case's last one are not the result's.
  void Feed(int64_t line, const v1::ExamEvent& event);
  void Finish(absl::string_view head);

 private:
  struct Row {
    const v1::CaseResult* result = nullptr;
    int64_t last_attempt = 0;
    bool done = false;         // The log has its end.
    int64_t out = 0, err = 0;  // Bytes of its pieces so far.
  };

  void Say(absl::string_view what);
  void FeedCase(Row& row);
  void CheckEnd(const Row& row);
  void CheckOutput(absl::string_view name, const v1::Output& output, int64_t bytes, absl::string_view sha256);
  void CheckPiece(Row& row);
  void CheckExam();

  const v1::ExamResult& result_;
  Findings* findings_;
  std::map<absl::string_view, Row> rows_;  // By case id.

  // Of the entry that is looked at.
  const v1::ExamEvent* event_ = nullptr;
  int64_t line_ = 0;
};

}  // namespace jail::exam

#endif  // JAIL_EXAM_LOG_VERIFY_RESULT_H_
