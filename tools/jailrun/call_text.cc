#include "tools/jailrun/call_text.h"

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "jail/call/json.h"

namespace jail::cli {
namespace {

using call::Boolean;
using call::JsonArray;
using call::JsonObject;
using call::Quote;

// "12.345": milliseconds.
std::string Milliseconds(int64_t us) { return absl::StrFormat("%d.%03d", us / 1000, us % 1000); }

std::string Number(int64_t value) { return absl::StrCat(value); }

std::string ErrorJson(const v1::CallError& error) {
  return JsonObject({
      {"kind", Quote(absl::StripPrefix(v1::CallError::Kind_Name(error.kind()), "KIND_"))},
      {"name", Quote(error.name())},
      {"message", Quote(error.message())},
      {"stack", error.stack().empty() ? "" : Quote(error.stack())},
      {"line", error.line() > 0 ? Number(error.line()) : ""},
      {"column", error.line() > 0 ? Number(error.column()) : ""},
  });
}

std::string HostCallJson(const v1::HostCall& call) {
  const bool ok = call.outcome() == v1::HostCall::OUTCOME_OK;
  return JsonObject({
      {"sequence", Number(call.sequence())},
      {"name", Quote(call.name())},
      {"args_sha256", Quote(absl::BytesToHexString(call.args_sha256()))},
      {"result_sha256", Quote(absl::BytesToHexString(call.result_sha256()))},
      {"duration_ms", Milliseconds(call.duration_us())},
      {"outcome", Quote(absl::StripPrefix(v1::HostCall::Outcome_Name(call.outcome()), "OUTCOME_"))},
      {"value", ok ? call.value_json() : ""},
      {"error", ok ? "" : Quote(call.error())},
  });
}

// A profile of V8's is JSON itself. A stranger wrote it: what only begins so is text.
std::string ProfileJson(const std::string& profile) {
  if (profile.empty()) return "";
  const bool is_json = absl::StartsWith(profile, "{") && call::Compact(profile).ok();
  return is_json ? profile : Quote(profile);
}

bool ReadHex(const call::Members& members, absl::string_view name, std::string* bytes) {
  const std::string* json = call::Find(members, name);
  std::string hex;
  if (json == nullptr || !call::Unquote(*json, &hex) || hex.size() != 64) return false;
  for (const char c : hex) {
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) return false;
  }
  *bytes = absl::HexStringToBytes(hex);
  return true;
}

bool ReadText(const call::Members& members, absl::string_view name, std::string* text) {
  const std::string* json = call::Find(members, name);
  return json != nullptr && call::Unquote(*json, text);
}

bool ReadCall(absl::string_view line, v1::HostCall* host_call) {
  const absl::StatusOr<call::Members> members = call::MembersOf(line);
  if (!members.ok()) return false;
  const std::string* sequence = call::Find(*members, "sequence");
  int32_t number = 0;
  if (sequence == nullptr || !absl::SimpleAtoi(*sequence, &number)) return false;
  host_call->set_sequence(number);
  std::string outcome;
  v1::HostCall::Outcome parsed = v1::HostCall::OUTCOME_UNSPECIFIED;
  if (!ReadText(*members, "name", host_call->mutable_name()) ||
      !ReadHex(*members, "args_sha256", host_call->mutable_args_sha256()) ||
      !ReadText(*members, "outcome", &outcome) ||
      !v1::HostCall::Outcome_Parse(absl::StrCat("OUTCOME_", outcome), &parsed))
    return false;
  host_call->set_outcome(parsed);
  if (parsed != v1::HostCall::OUTCOME_OK) return ReadText(*members, "error", host_call->mutable_error());
  const std::string* value = call::Find(*members, "value");
  if (value == nullptr) return false;
  host_call->set_value_json(*value);
  return true;
}

}  // namespace

std::string LogJson(const v1::LogEntry& entry) {
  return JsonObject({{"level", Quote(entry.level())},
                     {"text", Quote(entry.text())},
                     {"time", Milliseconds(entry.at_us())}});
}

std::string CallJson(const v1::CallResult& result) {
  const bool has_steps = result.steps_size() > 0;
  return JsonObject({
             {"success", Boolean(result.success())},
             {"result", result.success() ? result.result_json() : ""},
             {"error", result.has_error() ? ErrorJson(result.error()) : ""},
             {"logs", JsonArray(result.logs(), LogJson)},
             {"logs_dropped", Number(result.logs_dropped())},
             {"duration_ms", Milliseconds(result.duration_us())},
             {"memory_used", Number(result.memory_bytes())},
             {"api_call_count", Number(result.api_call_count())},
             {"ledger", JsonArray(result.ledger(), HostCallJson)},
             {"patterns", result.patterns_size() > 0 ? JsonArray(result.patterns(), Quote) : ""},
             {"steps", has_steps ? JsonArray(result.steps(), Number) : ""},
             {"steps_dropped", has_steps ? Number(result.steps_dropped()) : ""},
             {"profile", ProfileJson(result.profile())},
             {"verdict", Quote(absl::StripPrefix(v1::Verdict_Name(result.record().verdict()), "VERDICT_"))},
             {"summary", Quote(result.record().summary())},
         }) +
         "\n";
}

std::string CallErrorText(const v1::CallError& error) {
  std::string text = absl::StrCat(error.name(), ": ", error.message());
  if (error.line() > 0) absl::StrAppend(&text, " (line ", error.line());
  if (error.line() > 0 && error.column() > 0) absl::StrAppend(&text, ", column ", error.column());
  if (error.line() > 0) text += ")";
  return text;
}

std::string LedgerText(const v1::CallResult& result) {
  std::string text;
  for (const v1::HostCall& call : result.ledger()) absl::StrAppend(&text, HostCallJson(call), "\n");
  return text;
}

absl::StatusOr<v1::CallResult> ParseLedger(absl::string_view text) {
  v1::CallResult ledger;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (absl::StripAsciiWhitespace(line).empty()) continue;
    if (!ReadCall(line, ledger.add_ledger()))
      return absl::InvalidArgumentError(absl::StrCat("line ", number, " is no entry of a ledger"));
  }
  return ledger;
}

}  // namespace jail::cli
