// Two trees side by side, down to the first place where they differ.
#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "jail/base/text.h"
#include "jail/exam/compare/compare.h"
#include "jail/exam/compare/difference.h"
#include "jail/exam/compare/json_tree.h"
#include "jail/exam/compare/numbers.h"
#include "nlohmann/json.hpp"

namespace jail::exam {
namespace {

using nlohmann::json;

// A value in a few words.
std::string Words(const json& value) {
  if (value.is_binary()) return DigitsOf(value).substr(0, 80);
  if (value.is_string()) return Quoted(value.get_ref<const std::string&>());
  if (value.is_object())
    return absl::StrCat("an object with ", value.size(), value.size() == 1 ? " member" : " members");
  if (value.is_array()) return absl::StrCat("an array of ", value.size());
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  return "null";
}

// What differs first: what it is, and the way there, built from its end. Of a long way the
// beginning is left out.
struct Place {
  std::string path, what;
  bool path_cut = false;

  bool Differ(std::string words) {
    what = std::move(words);
    return false;
  }
  bool Within(const std::string& step) {
    constexpr size_t kMaxPathBytes = 400;
    path_cut = path_cut || path.size() > kMaxPathBytes;
    if (!path_cut) path.insert(0, step);
    return false;
  }
};

class TreeComparer {
 public:
  explicit TreeComparer(const Tolerance& tolerance) : tolerance_(tolerance) {}

  // False: `place()` is where.
  bool Same(const json& expected, const json& actual) {
    if (expected.type() == actual.type()) {
      if (expected.is_object()) return SameMembers(expected, actual);
      if (expected.is_array()) return SameItems(expected, actual);
      if (expected.is_binary() ? SameNumber(DigitsOf(expected), DigitsOf(actual), tolerance_)
                               : expected == actual)
        return true;
    }
    return place_.Differ(absl::StrCat("expected ", Words(expected), ", got ", Words(actual)));
  }

  const Place& place() const { return place_; }

 private:
  bool SameItems(const json& expected, const json& actual) {
    for (size_t i = 0; i < std::min(expected.size(), actual.size()); ++i) {
      if (!Same(expected[i], actual[i])) return place_.Within(absl::StrCat("[", i, "]"));
    }
    if (expected.size() == actual.size()) return true;
    return place_.Differ(absl::StrCat("expected ", Words(expected), ", got ", Words(actual)));
  }

  bool SameMembers(const json& expected, const json& actual) {
    for (const auto& [name, value] : expected.items()) {
      const auto found = actual.find(name);
      const bool same = found != actual.end()
                            ? Same(value, *found)
                            : place_.Differ(absl::StrCat("expected ", Words(value), ", got nothing"));
      if (!same) return place_.Within(PathStep(name));
    }
    for (const auto& [name, value] : actual.items()) {
      if (expected.contains(name)) continue;
      place_.Differ(absl::StrCat("expected nothing, got ", Words(value)));
      return place_.Within(PathStep(name));
    }
    return true;
  }

  const Tolerance tolerance_;
  Place place_;
};

Difference DifferentValue(absl::string_view expected, absl::string_view actual, const Tolerance& tolerance) {
  const absl::StatusOr<json> expected_tree = ReadTree(expected);
  if (!expected_tree.ok()) return {absl::StrCat("what is expected ", expected_tree.status().message())};
  const absl::StatusOr<json> actual_tree = ReadTree(actual);
  if (!actual_tree.ok()) return {absl::StrCat("the result ", actual_tree.status().message())};
  TreeComparer comparer(tolerance);
  if (comparer.Same(*expected_tree, *actual_tree)) return {};
  return {absl::StrCat("$", comparer.place().path_cut ? "..." : "", comparer.place().path, ": ",
                       comparer.place().what)};
}

}  // namespace

v1::Comparison CompareJson(absl::string_view expected_json, absl::string_view actual_json,
                           const v1::Checker& checker) {
  return Told(DifferentValue(expected_json, actual_json, ToleranceOf(checker)), expected_json, actual_json);
}

bool SameJson(absl::string_view a, absl::string_view b) { return DifferentValue(a, b, {}).message.empty(); }

}  // namespace jail::exam
