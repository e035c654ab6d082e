// What one unit is in another.
#ifndef JAIL_BASE_UNITS_H_
#define JAIL_BASE_UNITS_H_

#include <cstdint>

namespace jail {

inline constexpr int64_t kNsPerUs = 1'000;
inline constexpr int64_t kNsPerMs = 1'000'000;
inline constexpr int64_t kUsPerMs = 1'000;
inline constexpr int64_t kMiB = int64_t{1} << 20;

}  // namespace jail

#endif  // JAIL_BASE_UNITS_H_
