// The flags that only `jailrun call` has.
#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "tools/jailrun/flag_setters.h"

namespace jail::cli {
namespace {

using Arity = Flag::Arity;
using absl::Status;
using absl::string_view;

constexpr auto kCallLine = &CommandLine::call;
constexpr auto kSpec = &CallLine::spec;

Status SetEntry(CommandLine& line, string_view value) {
  line.call.spec.set_entry(std::string(value));
  return absl::OkStatus();
}

Status AddGlobal(CommandLine& line, string_view value) {
  const size_t equals = value.find('=');
  if (equals == string_view::npos || equals == 0)
    return absl::InvalidArgumentError(absl::StrCat(Quoted(value), " is not NAME=JSON"));
  (*line.call.spec.mutable_globals())[std::string(value.substr(0, equals))] =
      std::string(value.substr(equals + 1));
  return absl::OkStatus();
}

Status AddModule(CommandLine& line, string_view value) {
  line.call.spec.add_allowed_modules(std::string(value));
  return absl::OkStatus();
}

Status AddFunction(CommandLine& line, string_view value) {
  const std::pair<string_view, string_view> parts = absl::StrSplit(value, absl::MaxSplits(':', 1));
  v1::HostFunction* function = line.call.spec.add_functions();
  function->set_name(std::string(parts.first));
  if (parts.first.size() == value.size()) return absl::OkStatus();
  JAIL_ASSIGN_OR_RETURN(const int64_t count, ParseCount(parts.second));
  function->set_max_calls(
      static_cast<int32_t>(std::min<int64_t>(count, std::numeric_limits<int32_t>::max())));
  return absl::OkStatus();
}

Status SetHostFd(CommandLine& line, string_view value) {
  JAIL_ASSIGN_OR_RETURN(const int64_t fd, ParseCount(value));
  if (fd > std::numeric_limits<int>::max()) return absl::InvalidArgumentError("there is no such descriptor");
  line.call.host_fd = static_cast<int>(fd);
  return absl::OkStatus();
}

Status SetStack(CommandLine& line, string_view) {
  line.call.spec.set_stack(true);
  return absl::OkStatus();
}

Status AddDebug(CommandLine& line, string_view value) {
  for (const string_view name : absl::StrSplit(value, ',')) {
    v1::CallSpec::Debug debug = v1::CallSpec::DEBUG_UNSPECIFIED;
    const bool known = v1::CallSpec::Debug_Parse(absl::StrCat("DEBUG_", absl::AsciiStrToUpper(name)), &debug);
    if (!known || debug == v1::CallSpec::DEBUG_UNSPECIFIED)
      return absl::InvalidArgumentError(
          absl::StrCat(Quoted(name), " is none of console, stack, steps, profile"));
    line.call.spec.add_debug(debug);
  }
  return absl::OkStatus();
}

Status SetProfile(CommandLine& line, string_view value) {
  line.call.spec.add_debug(v1::CallSpec::DEBUG_PROFILE);
  return SetDestination<kCallLine, &CallLine::profile>(line, value);
}

Status SetQuick(CommandLine& line, string_view) {
  line.call.spec.set_profile(v1::CallSpec::PROFILE_QUICK);
  return absl::OkStatus();
}

Status SetHostTimeExcluded(CommandLine& line, string_view) {
  line.call.spec.set_host_time_excluded(true);
  return absl::OkStatus();
}

Status SetPatterns(CommandLine& line, string_view value) {
  if (value != "flag" && value != "reject")
    return absl::InvalidArgumentError(absl::StrCat(Quoted(value), " is neither flag nor reject"));
  line.call.spec.set_on_pattern(value == "flag" ? v1::CallSpec::PATTERN_ACTION_FLAG
                                                : v1::CallSpec::PATTERN_ACTION_REJECT);
  return absl::OkStatus();
}

Status AddPattern(CommandLine& line, string_view value) {
  line.call.spec.add_forbidden_patterns(std::string(value));
  return absl::OkStatus();
}

constexpr Flag kCallFlags[] = {
    {"--input", Arity::kValue, "JSON|@FILE", kCall, Section::kProgram,
     "what the code sees as input (default: null)", SetText<kCallLine, &CallLine::input>},
    {"--entry", Arity::kValue, "NAME", kCall, Section::kProgram,
     "the function of the code that gets the input", SetEntry},
    {"--global", Arity::kRepeated, "NAME=JSON", kCall, Section::kProgram,
     "one more variable that the code sees", AddGlobal},
    {"--allow-module", Arity::kRepeated, "NAME", kCall, Section::kProgram,
     "a module that the code may import beyond the usual harmless ones", AddModule},
    {"--function", Arity::kRepeated, "NAME[:N]", kCall, Section::kProgram,
     "a function of the host's that the code may call, N times: lookup, api.request:5", AddFunction},
    {"--host-command", Arity::kValue, "CMD", kCall, Section::kProgram,
     "what answers them, a shell command of yours outside the jail: a JSON line in, a JSON line out",
     SetText<kCallLine, &CallLine::host_command>},
    {"--host-fd", Arity::kValue, "N", kCall, Section::kProgram, "the same on a socket that jailrun inherits",
     SetHostFd},
    {"--mock", Arity::kValue, "FILE", kCall, Section::kProgram, "answer them from an earlier run's --ledger",
     SetText<kCallLine, &CallLine::mock_path>},
    {"--ledger", Arity::kValue, "FILE|fd:N", kCall, Section::kResult,
     "write a JSON line for each of their calls", SetDestination<kCallLine, &CallLine::ledger>},
    {"--stack", Arity::kSwitch, "", kCall, Section::kResult, "show where an error came from, whole",
     SetStack},
    {"--debug", Arity::kRepeated, "LIST", kCall, Section::kResult,
     "in --json, too: console,stack,steps,profile (steps: the lines as executed)", AddDebug},
    {"--profile", Arity::kValue, "FILE|fd:N", kCall, Section::kResult,
     "write where the time went: a .cpuprofile, or collapsed stacks of Python", SetProfile},
    {"--quick", Arity::kSwitch, "", kCall, Section::kLimits,
     "500 ms instead of 30 s: for validators and transforms", SetQuick},
    {"--wall", Arity::kValue, "TIME", kCall, Section::kLimits, "time on the clock (default: 30s)",
     SetTime<&v1::CallSpec::set_wall_time_ms, kCallLine, kSpec>},
    {"--heap", Arity::kValue, "SIZE", kCall, Section::kLimits, "the language's heap (default: 32M)",
     SetBytes<&v1::CallSpec::set_heap_bytes, kCallLine, kSpec>},
    {"--max-calls", Arity::kValue, "N", kCall, Section::kLimits, "calls of all host functions (default: 50)",
     SetCount<&v1::CallSpec::set_max_calls, kCallLine, kSpec>},
    {"--host-timeout", Arity::kValue, "TIME", kCall, Section::kLimits, "for each of them (default: 10s)",
     SetTime<&v1::CallSpec::set_host_timeout_ms, kCallLine, kSpec>},
    {"--exclude-host-time", Arity::kSwitch, "", kCall, Section::kLimits,
     "--wall stands still while a host function is answered", SetHostTimeExcluded},
    {"--result-size", Arity::kValue, "SIZE", kCall, Section::kLimits,
     "the result's length, and that of what goes to and comes from the host (default: 1M)",
     SetBytes<&v1::CallSpec::set_result_bytes, kCallLine, kSpec>},
    {"--code-size", Arity::kValue, "SIZE", kCall, Section::kLimits, "the code's length (default: 64K)",
     SetBytes<&v1::CallSpec::set_code_bytes, kCallLine, kSpec>},
    {"--patterns", Arity::kValue, "flag|reject", kCall, Section::kProgram,
     "look for require(, import, process., eval( and the like first, and say so or run nothing", SetPatterns},
    {"--pattern", Arity::kRepeated, "TEXT", kCall, Section::kProgram, "look for this instead", AddPattern},
};

}  // namespace

absl::Span<const Flag> CallFlags() { return kCallFlags; }

}  // namespace jail::cli
