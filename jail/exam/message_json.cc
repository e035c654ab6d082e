// The text is checked and made compact once; then it is copied to the proto3 mapping, member by member along
// the message's descriptor, and protobuf reads that. Values are never parsed on the way, so that none can
// change.
#include "jail/exam/message_json.h"

#include <google/protobuf/util/json_util.h>

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/call/json.h"
#include "jail/exam/compare/json_tree.h"
#include "jail/v1/call.pb.h"
#include "jail/v1/exam.pb.h"

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

// "input" of a CallSpec is the JSON value that its "input_json" has as text.
bool IsInput(const Descriptor& type, absl::string_view name) {
  return &type == v1::CallSpec::descriptor() && name == "input";
}

const FieldDescriptor* FieldNamed(const Descriptor& type, const std::string& name) {
  if (IsInput(type, name)) return type.FindFieldByName("input_json");
  const FieldDescriptor* field = type.FindFieldByName(name);
  return field != nullptr ? field : type.FindFieldByCamelcaseName(name);
}

// What is at the top has no path but a name, which holds a blank: "the body".
bool IsTop(absl::string_view path) { return absl::StrContains(path, ' '); }
std::string Under(const std::string& path, absl::string_view name) {
  return IsTop(path) ? std::string(name) : absl::StrCat(path, PathStep(name));
}

absl::Status UnknownField(const Descriptor& type, const std::string& path, const std::string& name) {
  std::vector<absl::string_view> names;
  for (int i = 0; i < type.field_count(); ++i) names.emplace_back(type.field(i)->name());
  return Bad(path, absl::StrCat("there is no field ", Quoted(name), DidYouMean(name, names)));
}

// A field that holds JSON as text; of a map: each of its values.
bool HoldsJson(const FieldDescriptor& field) {
  return absl::EndsWith(field.name(), "_json") || field.full_name() == "jail.v1.CallSpec.globals";
}

absl::Status WriteJsonValue(absl::string_view value, const std::string& path, std::string* out) {
  const absl::Status unique = UniqueNames(value);
  if (!unique.ok()) return Bad(path, unique.message());
  absl::StrAppend(out, call::Quote(value));
  return absl::OkStatus();
}

absl::Status WriteJsonText(absl::string_view value, const std::string& path, std::string* out) {
  if (!IsText(value)) return WriteJsonValue(value, path, out);
  absl::StrAppend(out, value);
  return absl::OkStatus();
}

absl::Status WriteEnum(const EnumDescriptor& type, absl::string_view value, const std::string& path,
                       std::string* out) {
  std::string word(value);
  if (IsText(value)) call::Unquote(value, &word);
  int number = 0;
  const bool numeric = !IsText(value) && absl::SimpleAtoi(value, &number);
  const absl::string_view prefix = absl::StripSuffix(type.value(0)->name(), "UNSPECIFIED");
  std::vector<absl::string_view> names;
  for (int i = 0; i < type.value_count(); ++i) {
    const auto& known = *type.value(i);
    const bool named =
        IsText(value) && (absl::EqualsIgnoreCase(known.name(), word) ||
                          absl::EqualsIgnoreCase(absl::StripPrefix(known.name(), prefix), word));
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

// {"NAME": "text"}, or with any JSON value where the map's values are JSON as text.
absl::Status WriteMap(const FieldDescriptor& field, absl::string_view value, const std::string& path,
                      std::string* out) {
  if (!IsObject(value)) return Bad(path, "is no object");
  std::set<std::string> names;
  *out += "{";
  for (const absl::string_view part : PartsOf(value)) {
    const SpecMember member = MemberOf(part);
    const std::string at = absl::StrCat(path, "[", Quoted(member.name), "]");
    if (!names.insert(member.name).second) return Bad(at, "is there twice");
    absl::StrAppend(out, names.size() > 1 ? "," : "", call::Quote(member.name), ":");
    if (HoldsJson(field)) {
      JAIL_RETURN_IF_ERROR(WriteJsonValue(member.value, at, out));
      continue;
    }
    if (!IsText(member.value)) return Bad(at, "is no text");
    absl::StrAppend(out, member.value);
  }
  *out += "}";
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
  if (field.is_map()) return WriteMap(field, value, path, out);
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
  if (&type == v1::HostFunction::descriptor() && IsText(value)) {
    absl::StrAppend(out, "{\"name\":", value, "}");
    return absl::OkStatus();
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
    if (IsInput(type, member.name)) {
      JAIL_RETURN_IF_ERROR(WriteJsonValue(member.value, at, out));
      continue;
    }
    JAIL_RETURN_IF_ERROR(WriteValue(*field, member.value, at, out));
  }
  *out += "}";
  return absl::OkStatus();
}

// Protobuf's "(cases[0].stdin): invalid value 5 for type TYPE_STRING", which quotes the value whole.
absl::Status FromProtobufJson(absl::string_view whole, absl::string_view message) {
  constexpr size_t kMaxShown = 300;
  const std::string shown = absl::CEscape(message.substr(0, kMaxShown));
  const size_t end = shown.find("): ");
  if (!absl::StartsWith(shown, "(") || end == shown.npos) return Bad(whole, shown);
  return Bad(shown.substr(1, end - 1), shown.substr(end + 3));
}

}  // namespace

absl::Status ReadMessageJson(absl::string_view text, absl::string_view whole,
                             google::protobuf::Message* message) {
  const absl::StatusOr<std::string> compact = call::Compact(text);
  if (!compact.ok()) return Bad(whole, compact.status().message());
  std::string mapped;
  JAIL_RETURN_IF_ERROR(WriteMessage(*message->GetDescriptor(), *compact, std::string(whole), &mapped));
  const auto status = google::protobuf::util::JsonStringToMessage(mapped, message);
  return status.ok() ? absl::OkStatus() : FromProtobufJson(whole, std::string(status.message()));
}

}  // namespace jail::exam
