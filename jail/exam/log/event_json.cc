// To add a member: a row in kMembers, in the place where it is to be written.
#include "jail/exam/log/event_json.h"

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/call/json.h"
#include "jail/exam/names.h"
#include "jail/v1/result.pb.h"

namespace jail::exam {
namespace {

using absl::string_view;
using v1::ExamEvent;

constexpr size_t kHashBytes = 32;

// --- Values: how each type is written and read. Reading returns what is wrong, "" for nothing. ---

template <auto get>
std::string WriteNumber(const ExamEvent& event) {
  return absl::StrCat((event.*get)());
}
template <typename Number>
const char* ReadNumberInto(string_view text, Number least, Number* number) {
  if (!absl::SimpleAtoi(text, number)) return "is no whole number that fits";
  return *number < least ? "is below zero" : "";
}
template <auto get, auto set>
const char* ReadNumber(string_view text, ExamEvent* event) {
  std::decay_t<decltype((event->*get)())> number = 0;
  const char* wrong = ReadNumberInto(text, decltype(number){0}, &number);
  (event->*set)(number);
  return wrong;
}

template <auto get>
std::string WriteText(const ExamEvent& event) {
  return call::Quote((event.*get)());
}
template <auto mutable_text>
const char* ReadText(string_view text, ExamEvent* event) {
  return call::Unquote(text, (event->*mutable_text)()) ? "" : "is no string";
}

template <auto get>
std::string WriteHash(const ExamEvent& event) {
  return absl::StrCat("\"", absl::BytesToHexString((event.*get)()), "\"");
}
// HexStringToBytes knows no errors: what is no hexadecimal comes out as another text.
template <auto mutable_hash>
const char* ReadHash(string_view text, ExamEvent* event) {
  std::string hex;
  if (!call::Unquote(text, &hex)) return "is no string";
  if (!hex.empty() && hex.size() != 2 * kHashBytes) return "is no SHA-256";
  const bool is_hex = hex.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (is_hex) *(event->*mutable_hash)() = absl::HexStringToBytes(hex);
  return is_hex ? "" : "is no lowercase hexadecimal";
}

template <auto get>
std::string WriteTruth(const ExamEvent& event) {
  return (event.*get)() ? "true" : "false";
}
template <auto set>
const char* ReadTruth(string_view text, ExamEvent* event) {
  (event->*set)(text == "true");
  return text == "true" || text == "false" ? "" : "is neither true nor false";
}

std::string WordOf(v1::Verdict verdict) {
  const std::string& name = v1::Verdict_Name(verdict);
  return std::string(absl::StripPrefix(name, "VERDICT_"));
}
template <typename Enum>
std::string WordOf(Enum value) {
  return NameOf(value);
}
// Of the enum's values 0 to `last`, the one that is written so. Their words need no escapes.
template <typename Enum>
const char* ReadWord(string_view text, int last, Enum* value) {
  const bool is_string = absl::ConsumePrefix(&text, "\"") && absl::ConsumeSuffix(&text, "\"");
  if (!is_string) return "is no string";
  for (int number = 0; number <= last; ++number) {
    *value = static_cast<Enum>(number);
    if (WordOf(*value) == text) return "";
  }
  return "is none of those that there are";
}
template <auto get>
std::string WriteEnum(const ExamEvent& event) {
  return absl::StrCat("\"", WordOf((event.*get)()), "\"");
}
template <auto get, auto set, int last>
const char* ReadEnum(string_view text, ExamEvent* event) {
  auto value = (event->*get)();
  const char* wrong = ReadWord(text, last, &value);
  (event->*set)(value);
  return wrong;
}

std::string WriteExitCode(const ExamEvent& event) {
  return event.has_exit_code() ? absl::StrCat(event.exit_code()) : "";
}
const char* ReadExitCode(string_view text, ExamEvent* event) {
  int32_t code = 0;
  const char* wrong = ReadNumberInto(text, INT32_MIN, &code);
  event->set_exit_code(code);
  return wrong;
}

std::string WriteFlag(const ExamEvent& event) {
  const v1::ExamFlag& flag = event.flag();
  return absl::StrCat("{\"type\":\"", NameOf(flag.type()), "\",\"severity\":\"", NameOf(flag.severity()),
                      "\",\"message\":", call::Quote(flag.message()), "}");
}
const char* ReadFlag(string_view text, ExamEvent* event) {
  const absl::StatusOr<call::Members> members = call::MembersOf(text);
  if (!members.ok() || members->size() != 3) return "is no flag";
  const std::string *type = call::Find(*members, "type"), *severity = call::Find(*members, "severity"),
                    *message = call::Find(*members, "message");
  if (type == nullptr || severity == nullptr || message == nullptr) return "is no flag";
  v1::ExamFlag::Type type_value = {};
  v1::ExamFlag::Severity severity_value = {};
  const bool known = *ReadWord(*type, v1::ExamFlag::Type_MAX, &type_value) == '\0' &&
                     *ReadWord(*severity, v1::ExamFlag::Severity_MAX, &severity_value) == '\0';
  if (!known) return "has a type or severity that is none";
  event->mutable_flag()->set_type(type_value);
  event->mutable_flag()->set_severity(severity_value);
  return call::Unquote(*message, event->mutable_flag()->mutable_message()) ? "" : "has no message";
}

// --- Members: which kinds have them, in the order in which they are written. ---

constexpr unsigned KindBit(ExamEvent::Kind kind) { return 1U << kind; }
constexpr unsigned kEvery = ~0U;
constexpr unsigned kExamStarted = KindBit(ExamEvent::EXAM_STARTED);
constexpr unsigned kOutput = KindBit(ExamEvent::OUTPUT);
constexpr unsigned kCaseStarted = KindBit(ExamEvent::CASE_STARTED);
constexpr unsigned kEnded = KindBit(ExamEvent::CASE_ENDED) | KindBit(ExamEvent::COMPILED);
constexpr unsigned kFlagged = KindBit(ExamEvent::FLAGGED);
constexpr unsigned kJudged = KindBit(ExamEvent::CASE_JUDGED);
constexpr unsigned kExamEnded = KindBit(ExamEvent::EXAM_ENDED);
constexpr unsigned kOfAttempt = kCaseStarted | kOutput | KindBit(ExamEvent::CASE_ENDED) | kFlagged | kJudged;
constexpr unsigned kOfCase = kOfAttempt | KindBit(ExamEvent::CASE_SKIPPED);

struct Member {
  const char* name;
  unsigned kinds;
  std::string (*write)(const ExamEvent& event);  // "": this event has none.
  const char* (*read)(string_view text, ExamEvent* event);
  bool optional = false;
};

template <auto get, auto set>
constexpr Member NumberMember(const char* name, unsigned kinds) {
  return {name, kinds, WriteNumber<get>, ReadNumber<get, set>};
}
template <auto get, auto mutable_text>
constexpr Member TextMember(const char* name, unsigned kinds) {
  return {name, kinds, WriteText<get>, ReadText<mutable_text>};
}
template <auto get, auto mutable_hash>
constexpr Member HashMember(const char* name, unsigned kinds) {
  return {name, kinds, WriteHash<get>, ReadHash<mutable_hash>};
}
template <auto get, auto set>
constexpr Member TruthMember(const char* name, unsigned kinds) {
  return {name, kinds, WriteTruth<get>, ReadTruth<set>};
}
template <auto get, auto set, int last>
constexpr Member EnumMember(const char* name, unsigned kinds) {
  return {name, kinds, WriteEnum<get>, ReadEnum<get, set, last>};
}

using E = ExamEvent;
constexpr Member kMembers[] = {
    EnumMember<&E::kind, &E::set_kind, E::Kind_MAX>("kind", kEvery),
    NumberMember<&E::sequence, &E::set_sequence>("sequence", kEvery),
    NumberMember<&E::at_us, &E::set_at_us>("at_us", kEvery),
    TextMember<&E::time, &E::mutable_time>("time", kEvery),
    TextMember<&E::case_id, &E::mutable_case_id>("case_id", kOfCase),
    NumberMember<&E::attempt, &E::set_attempt>("attempt", kOfAttempt),
    TextMember<&E::version, &E::mutable_version>("version", kExamStarted),
    NumberMember<&E::cases, &E::set_cases>("cases", kExamStarted),
    EnumMember<&E::stream, &E::set_stream, E::Stream_MAX>("stream", kOutput),
    NumberMember<&E::offset, &E::set_offset>("offset", kOutput),
    NumberMember<&E::bytes, &E::set_bytes>("bytes", kOutput),
    HashMember<&E::sha256, &E::mutable_sha256>("sha256", kExamStarted | kCaseStarted | kOutput),
    EnumMember<&E::verdict, &E::set_verdict, v1::Verdict_MAX>("verdict", kEnded),
    {"exit_code", kEnded, WriteExitCode, ReadExitCode, /*optional=*/true},
    NumberMember<&E::wall_time_us, &E::set_wall_time_us>("wall_time_us", kEnded),
    NumberMember<&E::cpu_time_us, &E::set_cpu_time_us>("cpu_time_us", kEnded),
    NumberMember<&E::memory_peak_bytes, &E::set_memory_peak_bytes>("memory_peak_bytes", kEnded),
    HashMember<&E::stdout_sha256, &E::mutable_stdout_sha256>("stdout_sha256", kEnded),
    HashMember<&E::stderr_sha256, &E::mutable_stderr_sha256>("stderr_sha256", kEnded),
    NumberMember<&E::stdout_bytes, &E::set_stdout_bytes>("stdout_bytes", kEnded),
    NumberMember<&E::stderr_bytes, &E::set_stderr_bytes>("stderr_bytes", kEnded),
    TruthMember<&E::by_itself, &E::set_by_itself>("by_itself", kEnded),
    {"flag", kFlagged, WriteFlag, ReadFlag},
    TruthMember<&E::passed, &E::set_passed>("passed", kJudged | kExamEnded),
    NumberMember<&E::passed_cases, &E::set_passed_cases>("passed_cases", kExamEnded),
};

bool Has(const ExamEvent& event, const Member& member) { return (member.kinds & KindBit(event.kind())) != 0; }

// Each member of the event's kind, by its name; what is left over at the end belongs to another kind or to
// none.
absl::Status ReadMembers(const call::Members& members, ExamEvent* event) {
  size_t used = 0;
  for (const Member& member : kMembers) {
    if (!Has(*event, member)) continue;
    const std::string* value = call::Find(members, member.name);
    if (value == nullptr && member.optional) continue;
    if (value == nullptr) return Bad(member.name, "is missing");
    const string_view wrong = member.read(*value, event);
    if (!wrong.empty()) return Bad(member.name, wrong);
    ++used;
  }
  if (used == members.size()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("a member too many for \"", NameOf(event->kind()), "\""));
}

}  // namespace

std::string EventJson(const ExamEvent& event, bool with_content) {
  std::string text;
  for (const Member& member : kMembers) {
    const std::string value = Has(event, member) ? member.write(event) : "";
    if (!value.empty()) absl::StrAppend(&text, text.empty() ? "{\"" : ",\"", member.name, "\":", value);
  }
  if (with_content && event.kind() == ExamEvent::OUTPUT)
    absl::StrAppend(&text, ",\"content\":", call::Quote(event.content()));
  return text + "}";
}

absl::StatusOr<ExamEvent> ParseEvent(string_view text) {
  JAIL_ASSIGN_OR_RETURN(const call::Members members, call::MembersOf(text));
  ExamEvent event;
  const std::string* kind = call::Find(members, "kind");
  if (kind == nullptr) return Bad("kind", "is missing");
  const string_view wrong = ReadEnum<&E::kind, &E::set_kind, E::Kind_MAX>(*kind, &event);
  if (!wrong.empty() || event.kind() == ExamEvent::KIND_UNSPECIFIED)
    return Bad("kind", "is none that there is");
  JAIL_RETURN_IF_ERROR(ReadMembers(members, &event));
  if (EventJson(event, /*with_content=*/false) != text)
    return absl::InvalidArgumentError(
        "it is not written as an event is: its members' order, blanks or escapes");
  return event;
}

}  // namespace jail::exam
