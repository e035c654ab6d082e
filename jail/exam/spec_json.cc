// The text is checked and made compact once; then it is copied to the proto3 mapping, member by member along
// the message's descriptor, and protobuf reads that. Values are never parsed on the way, so that none can
// change.
#include "jail/exam/spec_json.h"

#include <google/protobuf/util/json_util.h>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/call/json.h"
#include "jail/exam/compare/json_tree.h"

namespace jail::exam {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

// --- Compact JSON taken apart ---

// Where the string that begins the text ends.
size_t StringSize(absl::string_view compact) {
  size_t at = 1;
  while (compact[at] != '"') at += compact[at] == '\\' ? 2 : 1;
  return at + 1;
}

// The items of an array, or the members of an object each as "name":value.
std::vector<absl::string_view> PartsOf(absl::string_view compact) {
  std::vector<absl::string_view> parts;
  int depth = 0;
  size_t start = 1;
  for (size_t at = 1; at < compact.size(); ++at) {
    const char c = compact[at];
    const bool end = at + 1 == compact.size();
    if (depth == 0 && (c == ',' || end)) {
      if (at > start) parts.push_back(compact.substr(start, at - start));
      start = at + 1;
    }
    if (c == '"') at += StringSize(compact.substr(at)) - 1;
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
  }
  return parts;
}

struct SpecMember {
  std::string name;
  absl::string_view value;
};

SpecMember MemberOf(absl::string_view part) {
  SpecMember member;
  const size_t size = StringSize(part);
  call::Unquote(part.substr(0, size), &member.name);
  member.value = part.substr(size + 1);
  return member;
}

bool IsText(absl::string_view value) { return absl::StartsWith(value, "\""); }
bool IsObject(absl::string_view value) { return absl::StartsWith(value, "{"); }
bool IsList(absl::string_view value) { return absl::StartsWith(value, "["); }

// --- From the friendlier form to protobuf's ---

const FieldDescriptor* FieldNamed(const Descriptor& type, const std::string& name) {
  const FieldDescriptor* field = type.FindFieldByName(name);
  return field != nullptr ? field : type.FindFieldByCamelcaseName(name);
}

std::string Under(const std::string& path, absl::string_view name) {
  return path.empty() ? std::string(name) : absl::StrCat(path, PathStep(name));
}

absl::Status UnknownField(const Descriptor& type, const std::string& path, const std::string& name) {
  std::vector<absl::string_view> names;
  for (int i = 0; i < type.field_count(); ++i) names.emplace_back(type.field(i)->name());
  return Bad(path.empty() ? "the spec" : path,
             absl::StrCat("there is no field ", Quoted(name), DidYouMean(name, names)));
}

// A field that holds JSON as text.
bool HoldsJson(const FieldDescriptor& field) {
  return field.name() == "args_json" || field.name() == "expected_json";
}

absl::Status WriteJsonText(absl::string_view value, const std::string& path, std::string* out) {
  if (IsText(value)) return absl::StrAppend(out, value), absl::OkStatus();
  const absl::Status unique = UniqueNames(value);
  if (!unique.ok()) return Bad(path, unique.message());
  absl::StrAppend(out, call::Quote(value));
  return absl::OkStatus();
}

absl::Status WriteEnum(const EnumDescriptor& type, absl::string_view value, const std::string& path,
                       std::string* out) {
  std::string word(value);
  if (IsText(value)) call::Unquote(value, &word);
  int number = 0;
  const bool numeric = !IsText(value) && absl::SimpleAtoi(value, &number);
  std::vector<absl::string_view> names;
  for (int i = 0; i < type.value_count(); ++i) {
    const auto& known = *type.value(i);
    const bool named = IsText(value) && absl::EqualsIgnoreCase(known.name(), word);
    if (named || (numeric && known.number() == number))
      return absl::StrAppend(out, "\"", known.name(), "\""), absl::OkStatus();
    if (known.number() != 0) names.push_back(known.name());
  }
  return Bad(path, absl::StrCat(Quoted(word), " is none of ", absl::StrJoin(names, ", ")));
}

// {"a.py": "text"}: the same as [{"path": "a.py", "text": "text"}].
absl::Status WriteFiles(absl::string_view value, const std::string& path, std::string* out) {
  std::set<std::string> paths;
  *out += "[";
  for (const absl::string_view part : PartsOf(value)) {
    const SpecMember file = MemberOf(part);
    const std::string at = absl::StrCat(path, "[", Quoted(file.name), "]");
    if (!IsText(file.value)) return Bad(at, "is no text");
    if (!paths.insert(file.name).second) return Bad(at, "is there twice");
    absl::StrAppend(out, paths.size() > 1 ? "," : "", "{\"path\":", call::Quote(file.name),
                    ",\"text\":", file.value, "}");
  }
  *out += "]";
  return absl::OkStatus();
}

// Text, numbers, booleans and lists of them: what they must be protobuf knows.
absl::Status WriteScalars(const FieldDescriptor& field, absl::string_view value, const std::string& path,
                          std::string* out) {
  if (IsObject(value) || IsList(value) != field.is_repeated())
    return Bad(path, field.is_repeated() ? "is no list" : "is no single value");
  return absl::StrAppend(out, value), absl::OkStatus();
}

absl::Status WriteMessage(const Descriptor& type, absl::string_view value, const std::string& path,
                          std::string* out);

absl::Status WriteList(const FieldDescriptor& field, absl::string_view value, const std::string& path,
                       std::string* out) {
  if (!IsList(value)) return Bad(path, "is no list");
  int index = 0;
  *out += "[";
  for (const absl::string_view part : PartsOf(value)) {
    if (index > 0) *out += ",";
    JAIL_RETURN_IF_ERROR(
        WriteMessage(*field.message_type(), part, absl::StrCat(path, "[", index++, "]"), out));
  }
  *out += "]";
  return absl::OkStatus();
}

absl::Status WriteValue(const FieldDescriptor& field, absl::string_view value, const std::string& path,
                        std::string* out) {
  if (HoldsJson(field)) return WriteJsonText(value, path, out);
  if (value == "null") return absl::StrAppend(out, value), absl::OkStatus();
  if (field.type() == FieldDescriptor::TYPE_ENUM) return WriteEnum(*field.enum_type(), value, path, out);
  if (field.type() != FieldDescriptor::TYPE_MESSAGE) return WriteScalars(field, value, path, out);
  if (!field.is_repeated()) return WriteMessage(*field.message_type(), value, path, out);
  if (field.message_type() == v1::ExamFile::descriptor() && IsObject(value))
    return WriteFiles(value, path, out);
  return WriteList(field, value, path, out);
}

absl::Status WriteMessage(const Descriptor& type, absl::string_view value, const std::string& path,
                          std::string* out) {
  if (&type == v1::Checker::descriptor() && IsText(value)) {
    *out += "{\"kind\":";
    JAIL_RETURN_IF_ERROR(WriteEnum(*v1::Checker::Kind_descriptor(), value, path, out));
    return *out += "}", absl::OkStatus();
  }
  if (!IsObject(value)) return Bad(path, "is no object");
  std::set<const FieldDescriptor*> given;
  *out += "{";
  for (const absl::string_view part : PartsOf(value)) {
    const SpecMember member = MemberOf(part);
    const FieldDescriptor* field = FieldNamed(type, member.name);
    if (field == nullptr) return UnknownField(type, path, member.name);
    const std::string at = Under(path, field->name());
    if (!given.insert(field).second) return Bad(at, "is there twice");
    absl::StrAppend(out, given.size() > 1 ? ",\"" : "\"", field->name(), "\":");
    JAIL_RETURN_IF_ERROR(WriteValue(*field, member.value, at, out));
  }
  *out += "}";
  return absl::OkStatus();
}

// Protobuf's "(cases[0].stdin): invalid value 5 for type TYPE_STRING", which quotes the value whole.
absl::Status FromProtobufJson(absl::string_view message) {
  constexpr size_t kMaxShown = 300;
  const std::string shown = absl::CEscape(message.substr(0, kMaxShown));
  const size_t end = shown.find("): ");
  if (!absl::StartsWith(shown, "(") || end == shown.npos) return Bad("the spec", shown);
  return Bad(shown.substr(1, end - 1), shown.substr(end + 3));
}

absl::StatusOr<v1::ExamSpec> ParseJson(absl::string_view text) {
  const absl::StatusOr<std::string> compact = call::Compact(text);
  if (!compact.ok()) return Bad("the spec", compact.status().message());
  std::string mapped;
  JAIL_RETURN_IF_ERROR(WriteMessage(*v1::ExamSpec::descriptor(), *compact, "", &mapped));
  v1::ExamSpec spec;
  const auto status = google::protobuf::util::JsonStringToMessage(mapped, &spec);
  if (!status.ok()) return FromProtobufJson(std::string(status.message()));
  return spec;
}

}  // namespace

absl::StatusOr<v1::ExamSpec> ParseSpec(absl::string_view bytes) {
  if (bytes.size() > kMaxSpecBytes)
    return Bad("the spec", absl::StrCat("is larger than ", FormatBytes(int64_t{kMaxSpecBytes})));
  if (IsObject(absl::StripLeadingAsciiWhitespace(bytes))) return ParseJson(bytes);
  v1::ExamSpec spec;
  if (!spec.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return Bad("the spec", "is neither JSON nor a binary ExamSpec");
  return spec;
}

}  // namespace jail::exam
