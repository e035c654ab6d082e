// A record as one page for a browser: `jailrun explain --html RECORD`. It loads nothing, runs nothing (a
// content policy says so to the browser too), and every text in it went through Escape().
#ifndef TOOLS_JAILRUN_HTML_H_
#define TOOLS_JAILRUN_HTML_H_

#include <string>

#include "absl/strings/string_view.h"
#include "jail/v1/result.pb.h"

namespace jail::cli {

std::string RenderHtml(const v1::ResultRecord& record);

// Visible(), and neither markup nor the end of an attribute.
std::string Escape(absl::string_view text);

// The first `max_lines` lines, each escaped and cut as by VisibleLines(), so that the breaks stay.
std::string EscapeLines(absl::string_view text, int max_lines);

// How every page of ours begins: the content policy and the style; the head is still open.
absl::string_view HtmlHead();

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_HTML_H_
