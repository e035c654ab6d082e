#include "jail/exam/emitter.h"

#include "absl/time/clock.h"
#include "jail/base/clock.h"
#include "jail/base/units.h"

namespace jail::exam {
Emitter::Emitter(Observer observer)
    : observer_(std::move(observer)), start_(absl::Now()), start_ns_(MonotonicNs()) {}

std::string Emitter::Emit(v1::ExamEvent event) {
  const absl::MutexLock lock(&mutex_);
  const int64_t at_us = (MonotonicNs() - start_ns_) / kNsPerUs;
  event.set_sequence(sequence_++);
  event.set_at_us(at_us);
  event.set_time(TimeText(start_ + absl::Microseconds(at_us)));
  if (observer_) observer_(event);
  return event.time();
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

v1::ExamEvent CaseEvent(v1::ExamEvent::Kind kind, const std::string& case_id, int attempt) {
  v1::ExamEvent event;
  event.set_kind(kind);
  event.set_case_id(case_id);
  event.set_attempt(attempt);
  return event;
}

}  // namespace jail::exam
