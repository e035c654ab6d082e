#include "jail/call/source.h"

#include <algorithm>
#include <cstddef>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace jail::call {
namespace {

constexpr absl::string_view kFence = "```";
constexpr absl::string_view kTags[] = {"", "js", "javascript", "ts", "typescript", "py", "python"};

}  // namespace

std::string WithoutFences(absl::string_view code) {
  const absl::string_view text = absl::StripAsciiWhitespace(code);
  if (text.size() < 2 * kFence.size() || !absl::StartsWith(text, kFence) || !absl::EndsWith(text, kFence))
    return std::string(code);
  const size_t first_end = text.find('\n');
  if (first_end == absl::string_view::npos) return std::string(code);
  const absl::string_view tag =
      absl::StripAsciiWhitespace(text.substr(kFence.size(), first_end - kFence.size()));
  if (!absl::c_linear_search(kTags, absl::AsciiStrToLower(tag))) return std::string(code);
  const absl::string_view body = text.substr(first_end, text.size() - kFence.size() - first_end);
  const absl::string_view before = code.substr(0, static_cast<size_t>(text.data() - code.data()));
  return absl::StrCat(std::string(static_cast<size_t>(std::count(before.begin(), before.end(), '\n')), '\n'),
                      body);
}

std::vector<std::string> FindPatterns(absl::string_view code, absl::Span<const std::string> patterns) {
  std::vector<std::string> found;
  for (const std::string& pattern : patterns) {
    if (absl::StrContains(code, pattern)) found.push_back(pattern);
  }
  return found;
}

const std::vector<std::string>& UsualPatterns() {
  static const auto* const patterns = new std::vector<std::string>{
      "require(", "import", "process.", "child_process", "__dirname", "eval(", "Function("};
  return *patterns;
}

}  // namespace jail::call
