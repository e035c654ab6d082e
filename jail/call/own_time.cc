#include "jail/call/own_time.h"

#include <algorithm>
#include <limits>

#include "jail/base/units.h"

namespace jail::call {

int64_t OwnTime::LeftNs(int64_t now_ns) const {
  if (!limit_ms_.has_value()) return std::numeric_limits<int64_t>::max();
  const int64_t most_ms = std::numeric_limits<int64_t>::max() / kNsPerMs;
  return std::min(*limit_ms_, most_ms) * kNsPerMs - SpentNs(now_ns);
}

int OwnTime::TimeoutMs(int64_t now_ns) const {
  if (!limit_ms_.has_value() || !since_ns_.has_value()) return -1;
  const int64_t left_ns = std::max<int64_t>(LeftNs(now_ns), 0);
  const int64_t left_ms = left_ns / kNsPerMs + (left_ns % kNsPerMs == 0 ? 0 : 1);
  return static_cast<int>(std::min<int64_t>(left_ms, std::numeric_limits<int>::max()));
}

}  // namespace jail::call
