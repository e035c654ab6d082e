#include "jail/exam/compare/json_tree.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/call/json.h"

namespace jail::exam {
namespace {

using nlohmann::json;

absl::Status Twice(absl::string_view name) {
  return absl::InvalidArgumentError(absl::StrCat("has the name ", Quoted(name), " twice in one object"));
}

// What the parser calls. Values of no interest go by.
class EveryValue {
 public:
  bool null() { return true; }
  bool boolean(bool) { return true; }
  bool number_integer(int64_t) { return true; }
  bool number_unsigned(uint64_t) { return true; }
  bool number_float(double, const std::string&) { return true; }
  bool string(const std::string&) { return true; }
  bool binary(const json::binary_t&) { return false; }
  bool start_array(size_t) { return true; }
  bool end_array() { return true; }
  bool parse_error(size_t, const std::string&, const json::exception&) { return false; }

  const absl::Status& status() const { return status_; }

 protected:
  bool Refuse(absl::string_view name) {
    status_ = Twice(name);
    return false;
  }

 private:
  absl::Status status_;
};

class NameWatcher : public EveryValue {
 public:
  bool start_object(size_t) { return open_.emplace_back(), true; }
  bool end_object() { return open_.pop_back(), true; }
  bool key(const std::string& name) { return open_.back().insert(name).second || Refuse(name); }

 private:
  std::vector<std::set<std::string>> open_;
};

class TreeBuilder : public EveryValue {
 public:
  bool null() { return Add(nullptr), true; }
  bool boolean(bool value) { return Add(value), true; }
  bool number_integer(int64_t value) { return AddNumber(absl::StrCat(value)); }
  bool number_unsigned(uint64_t value) { return AddNumber(absl::StrCat(value)); }
  bool number_float(double, const std::string& digits) { return AddNumber(digits); }
  bool string(std::string& value) { return Add(std::move(value)), true; }
  bool start_object(size_t) { return open_.push_back(Add(json::object())), true; }
  bool end_object() { return open_.pop_back(), true; }
  bool start_array(size_t) { return open_.push_back(Add(json::array())), true; }
  bool end_array() { return open_.pop_back(), true; }
  bool key(const std::string& name) {
    name_ = name;
    return !open_.back()->contains(name) || Refuse(name);
  }

  json& root() { return root_; }

 private:
  // Only the innermost open value grows, so that the others stay where they are.
  json* Add(json value) {
    if (open_.empty()) return &(root_ = std::move(value));
    json& parent = *open_.back();
    if (parent.is_object()) return &(parent[name_] = std::move(value));
    parent.push_back(std::move(value));
    return &parent.back();
  }
  bool AddNumber(const std::string& digits) {
    Add(json::binary({digits.begin(), digits.end()}));
    return true;
  }

  json root_;
  std::vector<json*> open_;
  std::string name_;
};

}  // namespace

absl::StatusOr<json> ReadTree(absl::string_view text) {
  JAIL_ASSIGN_OR_RETURN(const std::string compact, call::Compact(text));
  TreeBuilder builder;
  if (json::sax_parse(compact.begin(), compact.end(), &builder)) return std::move(builder.root());
  JAIL_RETURN_IF_ERROR(builder.status());
  return absl::InternalError("JSON that was written again cannot be read");
}

std::string DigitsOf(const json& number) {
  const json::binary_t& digits = number.get_binary();
  return {digits.begin(), digits.end()};
}

absl::Status UniqueNames(absl::string_view compact) {
  NameWatcher watcher;
  json::sax_parse(compact.begin(), compact.end(), &watcher);
  return watcher.status();
}

std::string PathStep(absl::string_view name) {
  constexpr size_t kMaxPlain = 80;
  const bool plain =
      !name.empty() && name.size() <= kMaxPlain && std::all_of(name.begin(), name.end(), [](char c) {
        return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
      });
  return plain ? absl::StrCat(".", name) : absl::StrCat("[", Quoted(name), "]");
}

}  // namespace jail::exam
