// JSON as text: checked, made compact and taken apart without ever turning a number into a double, so that
// what goes through us comes out as it was. The parser is nlohmann's; a deeply nested or huge text costs no
// more than its length.
#ifndef JAIL_CALL_JSON_H_
#define JAIL_CALL_JSON_H_

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace jail::call {

inline constexpr int kMaxJsonDepth = 500;  // CPython's own parser gives up at about twice this.

// One value without white space; InvalidArgumentError when it is anything else. "\ud800" alone is no text
// either. Nor is what is nested deeper than kMaxJsonDepth.
absl::StatusOr<std::string> Compact(absl::string_view text);

// The members of one object, in order, each value compact and as deep as it likes: see Compact. A name that
// comes twice is an error.
using Members = std::vector<std::pair<std::string, std::string>>;
absl::StatusOr<Members> MembersOf(absl::string_view text);

// Null: there is no such member.
const std::string* Find(const Members& members, absl::string_view name);

// A JSON string; what is no UTF-8 becomes U+FFFD.
std::string Quote(absl::string_view text);
// Back again; false when it is no JSON string.
bool Unquote(absl::string_view text, std::string* out);

// --- JSON out of pieces that are JSON themselves ---

std::string Boolean(bool value);

// {"name":value,...}; a member without a value is left out.
using JsonMember = std::pair<absl::string_view, std::string>;
std::string JsonObject(std::initializer_list<JsonMember> members);

// [value,...]; `show` makes the JSON of an item.
template <typename Range, typename Show>
std::string JsonArray(const Range& range, Show show) {
  std::string json;
  for (const auto& item : range) absl::StrAppend(&json, json.empty() ? "" : ",", show(item));
  return absl::StrCat("[", json, "]");
}

}  // namespace jail::call

#endif  // JAIL_CALL_JSON_H_
