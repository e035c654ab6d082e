// The clock of a run whose waiting for the host does not count (CallSpec.host_time_excluded): it runs from
// the program's first moment but not while somebody outside answers it. No system calls: whoever holds it
// says what time it is, and waits no longer than it says.
#ifndef JAIL_CALL_OWN_TIME_H_
#define JAIL_CALL_OWN_TIME_H_

#include <cstdint>
#include <optional>

namespace jail::call {

class OwnTime {
 public:
  // No limit: a clock that never ends.
  explicit OwnTime(std::optional<int64_t> limit_ms) : limit_ms_(limit_ms) {}

  // Starts it, or lets it run on.
  void Run(int64_t now_ns) {
    if (!since_ns_.has_value()) since_ns_ = now_ns;
  }
  void Stop(int64_t now_ns) {
    spent_ns_ = SpentNs(now_ns);
    since_ns_.reset();
  }
  int64_t SpentNs(int64_t now_ns) const {
    return spent_ns_ + (since_ns_.has_value() ? now_ns - *since_ns_ : 0);
  }
  bool IsOver(int64_t now_ns) const { return since_ns_.has_value() && LeftNs(now_ns) <= 0; }
  // For poll(2), never too early: -1 is for ever, as it does not run or has no limit.
  int TimeoutMs(int64_t now_ns) const;

 private:
  int64_t LeftNs(int64_t now_ns) const;

  const std::optional<int64_t> limit_ms_;
  int64_t spent_ns_ = 0;
  std::optional<int64_t> since_ns_;  // When it runs.
};

}  // namespace jail::call

#endif  // JAIL_CALL_OWN_TIME_H_
