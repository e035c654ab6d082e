// Two texts line by line: what one has and the other has not.
#ifndef TOOLS_JAILRUN_EXAM_DIFF_H_
#define TOOLS_JAILRUN_EXAM_DIFF_H_

#include <vector>

#include "absl/strings/string_view.h"

namespace jail::cli {

struct DiffLine {
  enum class Kind { kSame, kRemoved, kAdded };  // Removed: expected, and not there.
  Kind kind = Kind::kSame;
  absl::string_view text;  // Without its line break; part of one of the two texts.
};

// From a few lines before the first difference to a few after the last; empty when no line differs. Lines are
// matched over a window of some hundred; what differs beyond it is told as removed and added.
std::vector<DiffLine> DiffLines(absl::string_view expected, absl::string_view actual);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_EXAM_DIFF_H_
