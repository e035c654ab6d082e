#include "jail/serve/dialects/versions.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace jail::serve {
namespace {

constexpr size_t kParts = 3;
using Version = std::array<int64_t, kParts>;

struct Asked {
  Version version = {};
  size_t parts = 0;  // How many are said.
};

// False: this is none.
bool ParseAsked(absl::string_view text, Asked* asked) {
  for (const absl::string_view part : absl::StrSplit(text, '.')) {
    if (part == "x" || part == "X" || part == "*") return true;
    if (asked->parts == kParts || !absl::SimpleAtoi(part, &asked->version[asked->parts++])) return false;
  }
  return true;
}

bool SameParts(const Version& a, const Version& b, size_t parts) {
  return std::equal(a.begin(), a.begin() + static_cast<ptrdiff_t>(parts), b.begin());
}

}  // namespace

std::string VersionIn(absl::string_view text) {
  const auto is_digit = [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); };
  const auto begin = std::find_if(text.begin(), text.end(), is_digit);
  const auto end = std::find_if(begin, text.end(), [&](char c) { return !is_digit(c) && c != '.'; });
  const absl::string_view found = absl::StripSuffix(
      text.substr(static_cast<size_t>(begin - text.begin()), static_cast<size_t>(end - begin)), ".");
  Version version = {};
  size_t at = 0;
  for (const absl::string_view part : absl::StrSplit(found, '.')) {
    if (at < kParts && !absl::SimpleAtoi(part, &version[at])) version[at] = 0;
    ++at;
  }
  return absl::StrCat(version[0], ".", version[1], ".", version[2]);
}

bool VersionFits(absl::string_view selector, absl::string_view version) {
  selector = absl::StripAsciiWhitespace(selector);
  const bool caret = absl::ConsumePrefix(&selector, "^");
  const bool tilde = absl::ConsumePrefix(&selector, "~");
  const bool at_least = absl::ConsumePrefix(&selector, ">=");
  if (!at_least) absl::ConsumePrefix(&selector, "=");
  absl::ConsumePrefix(&selector, "v");
  Asked asked, have;
  if (!ParseAsked(selector, &asked) || !ParseAsked(version, &have)) return false;
  const bool no_older = have.version >= asked.version;
  if (at_least) return no_older;
  if (caret) return no_older && SameParts(asked.version, have.version, std::min<size_t>(1, asked.parts));
  if (tilde) return no_older && SameParts(asked.version, have.version, std::min<size_t>(2, asked.parts));
  return SameParts(asked.version, have.version, asked.parts);
}

}  // namespace jail::serve
