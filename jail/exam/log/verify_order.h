// What a log's entries say, checked against each other: the order of the marks of each case and attempt,
// numbers, times, pieces of output, and the counts at the end.
#ifndef JAIL_EXAM_LOG_VERIFY_ORDER_H_
#define JAIL_EXAM_LOG_VERIFY_ORDER_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "jail/exam/log/finding.h"
#include "jail/v1/exam.pb.h"

namespace jail::exam {

class OrderCheck {
 public:
  explicit OrderCheck(Findings* findings) : findings_(findings) {}

  // Each entry, in the log's order; `line` is its own.
  void Feed(int64_t line, const v1::ExamEvent& event);
  // After the last one of a log that has its end.
  void Finish();

  // Cases whose last attempt was judged, or that were skipped.
  int64_t cases_done() const;

 private:
  enum class Stage { kNew, kStarted, kEnded, kJudged, kSkipped };
  static const char* Words(Stage stage);
  struct Step;
  static const Step kSteps[];

  // What one stream has brought so far.
  struct Piece {
    int64_t bytes = 0;
    int64_t count = 0;
    std::string sha256;  // Of the last one.
  };
  struct CaseState {
    Stage stage = Stage::kNew;
    int64_t attempt = 0;
    int64_t started_us = 0;
    bool passed = false;
    Piece out, err;
  };

  void Say(absl::string_view what);
  void SayOfCase(absl::string_view what);
  void CheckNumber();
  void CheckTime();
  void CheckWallClock();
  void FeedExam();
  void FeedCase();
  CaseState* FindCase();

  void Start(CaseState& state);
  void AddOutput(CaseState& state);
  void End(CaseState& state);
  void Judge(CaseState& state) { state.passed = event_->passed(); }
  void CheckStream(absl::string_view name, const Piece& piece, int64_t bytes, absl::string_view sha256);
  int64_t CountOf(Stage stage) const;
  void CheckCounts();

  Findings* findings_;
  std::map<std::string, CaseState, std::less<>> cases_;  // A tree: ids that collide must cost nothing.

  // Of the entry that is looked at.
  const v1::ExamEvent* event_ = nullptr;
  int64_t line_ = 0;

  int64_t entries_ = 0;
  int64_t last_us_ = 0;
  bool compiled_ = false, ended_ = false;
  int64_t wanted_cases_ = 0;
  absl::Time start_time_ = absl::InfinitePast();
  int64_t start_us_ = 0;
};

}  // namespace jail::exam

#endif  // JAIL_EXAM_LOG_VERIFY_ORDER_H_
