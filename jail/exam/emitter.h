// Tells of what happens, in one order and by one clock: the supervisor's.
#ifndef JAIL_EXAM_EMITTER_H_
#define JAIL_EXAM_EMITTER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "jail/v1/exam.pb.h"

namespace jail::exam {

// Called by one thread at a time, with every event of an exam in order. What it needs, the cases wait for.
using Observer = std::function<void(const v1::ExamEvent&)>;

class Emitter {
 public:
  explicit Emitter(Observer observer);

  // Thread-safe. Gives it its number and its time; returns that time as the event has it.
  std::string Emit(v1::ExamEvent event);

 private:
  const Observer observer_;
  const absl::Time start_;  // Of the day. All later ones are this and what the monotonic clock says.
  const int64_t start_ns_;
  absl::Mutex mutex_;
  int64_t sequence_ = 0;
};

// As ExamEvent.time has it.
std::string TimeText(absl::Time time);

// An event of that kind, of an attempt at a case.
v1::ExamEvent CaseEvent(v1::ExamEvent::Kind kind, const std::string& case_id, int attempt);

}  // namespace jail::exam

#endif  // JAIL_EXAM_EMITTER_H_
