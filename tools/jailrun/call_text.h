// A function run's result and ledger as JSON, and a ledger back again.
#ifndef TOOLS_JAILRUN_CALL_TEXT_H_
#define TOOLS_JAILRUN_CALL_TEXT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jail/v1/call.pb.h"

namespace jail::cli {

// One line, for programs: the result itself is a member, not a string.
std::string CallJson(const v1::CallResult& result);
// One of its `logs`.
std::string LogJson(const v1::LogEntry& entry);

// What went wrong in one line, for people: "TypeError: x is not a function (line 3, column 5)".
std::string CallErrorText(const v1::CallError& error);

// A line for each call of a host function.
std::string LedgerText(const v1::CallResult& result);
// The error names the line.
absl::StatusOr<v1::CallResult> ParseLedger(absl::string_view text);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_CALL_TEXT_H_
