// Text from a jail made safe to show: nothing in it can move a cursor, change a title, hide a line or
// pass for a line of ours (promise P25). Every human rendering goes through here.
#ifndef TOOLS_JAILRUN_VISIBLE_H_
#define TOOLS_JAILRUN_VISIBLE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace jail::cli {

bool IsValidUtf8(absl::string_view text);

// One line: control characters, line breaks, text-direction marks and broken UTF-8 become \x1b, \n, \xff.
std::string Visible(absl::string_view text);

// Many lines: each of the first `max_lines` is Visible, cut at 160 characters and stands behind
// `prefix`; a last line says how many more there are.
std::string VisibleLines(absl::string_view text, absl::string_view prefix, int max_lines);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_VISIBLE_H_
