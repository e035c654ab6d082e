// How a checker's regular expression is compiled: where it is refused and where it is used alike.
#ifndef JAIL_EXAM_COMPARE_PATTERN_H_
#define JAIL_EXAM_COMPARE_PATTERN_H_

#include <cstddef>
#include <cstdint>

#include "re2/re2.h"

namespace jail::exam {

inline constexpr int64_t kMaxPatternMemoryBytes = int64_t{8} << 20;  // RE2 needs more time, not more memory.
inline constexpr size_t kMaxPatternBytes = size_t{64} << 10;

// Nothing is logged; '.' is no newline unless the pattern says (?s).
inline RE2::Options PatternOptions() {
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(kMaxPatternMemoryBytes);
  return options;
}

}  // namespace jail::exam

#endif  // JAIL_EXAM_COMPARE_PATTERN_H_
