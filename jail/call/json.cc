#include "jail/call/json.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace jail::call {
namespace {

using nlohmann::json;

// Writes again what the parser reads, and notes where the members of the outermost object begin and end.
class Writer {
 public:
  explicit Writer(int max_depth) : max_depth_(max_depth) {}
  bool null() { return Scalar("null"); }
  bool boolean(bool value) { return Scalar(value ? "true" : "false"); }
  // Of negative numbers alone: a zero here was "-0", whose sign an integer does not keep.
  bool number_integer(int64_t value) { return Scalar(value == 0 ? "-0" : absl::StrCat(value)); }
  bool number_unsigned(uint64_t value) { return Scalar(absl::StrCat(value)); }
  // What is too long for 64 bits comes here, too.
  bool number_float(double, const std::string& digits) { return Scalar(digits); }
  bool string(std::string& value) { return Scalar(Quote(value)); }
  bool binary(json::binary_t&) { return false; }
  bool start_object(size_t) { return Open('{'); }
  bool end_object() { return Close('}'); }
  bool start_array(size_t) { return Open('['); }
  bool end_array() { return Close(']'); }
  bool key(std::string& name) {
    Separate();
    absl::StrAppend(&out_, Quote(name), ":");
    after_key_ = true;
    if (depth_ == 1) {
      name_ = name;
      value_at_ = out_.size();
    }
    return true;
  }
  bool parse_error(size_t position, const std::string&, const json::exception&) {
    error_at_ = position;
    return false;
  }

  bool too_deep() const { return too_deep_; }
  size_t error_at() const { return error_at_; }
  std::string& out() { return out_; }
  Members& members() { return members_; }

 private:
  bool Scalar(absl::string_view text) {
    Separate();
    absl::StrAppend(&out_, text);
    EndValue();
    return true;
  }
  bool Open(char bracket) {
    Separate();
    out_ += bracket;
    first_ = true;
    too_deep_ = ++depth_ > max_depth_;
    return !too_deep_;
  }
  bool Close(char bracket) {
    out_ += bracket;
    --depth_;
    first_ = false;
    EndValue();
    return true;
  }
  void Separate() {
    if (!after_key_ && !first_ && depth_ > 0) out_ += ',';
    after_key_ = first_ = false;
  }
  void EndValue() {
    if (depth_ == 1 && out_.front() == '{') members_.emplace_back(name_, out_.substr(value_at_));
  }

  std::string out_, name_;
  Members members_;
  size_t value_at_ = 0, error_at_ = 0;
  const int max_depth_;
  int depth_ = 0;
  bool first_ = true, after_key_ = false, too_deep_ = false;
};

absl::Status Read(absl::string_view text, Writer* writer) {
  if (json::sax_parse(text.begin(), text.end(), writer)) return absl::OkStatus();
  if (writer->too_deep())
    return absl::InvalidArgumentError(absl::StrCat("is nested more than ", kMaxJsonDepth, " deep"));
  return absl::InvalidArgumentError(absl::StrCat("is no JSON at byte ", writer->error_at()));
}

}  // namespace

absl::StatusOr<std::string> Compact(absl::string_view text) {
  Writer writer(kMaxJsonDepth);
  const absl::Status status = Read(text, &writer);
  if (!status.ok()) return status;
  return std::move(writer.out());
}

absl::StatusOr<Members> MembersOf(absl::string_view text) {
  Writer writer(std::numeric_limits<int>::max());
  const absl::Status status = Read(text, &writer);
  if (!status.ok()) return status;
  if (writer.out().front() != '{') return absl::InvalidArgumentError("is no JSON object");
  std::vector<absl::string_view> names;
  for (const auto& [name, value] : writer.members()) names.push_back(name);
  std::sort(names.begin(), names.end());
  if (std::adjacent_find(names.begin(), names.end()) != names.end())
    return absl::InvalidArgumentError("has one name twice");
  return std::move(writer.members());
}

const std::string* Find(const Members& members, absl::string_view name) {
  for (const auto& [key, value] : members) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::string Quote(absl::string_view text) {
  return json(std::string(text)).dump(-1, ' ', false, json::error_handler_t::replace);
}

bool Unquote(absl::string_view text, std::string* out) {
  const json value = json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (!value.is_string()) return false;
  *out = value.get<std::string>();
  return true;
}

std::string Boolean(bool value) { return value ? "true" : "false"; }

std::string JsonObject(std::initializer_list<JsonMember> members) {
  std::string json;
  for (const auto& [name, value] : members) {
    if (!value.empty()) absl::StrAppend(&json, json.empty() ? "\"" : ",\"", name, "\":", value);
  }
  return absl::StrCat("{", json, "}");
}

}  // namespace jail::call
