// How a flag's value gets into the command line: parsed at the edge, into a type that cannot be wrong. A
// flag's row names the member by its path: SetText<&CommandLine::exam, &ExamLine::key_path>.
#ifndef TOOLS_JAILRUN_FLAG_SETTERS_H_
#define TOOLS_JAILRUN_FLAG_SETTERS_H_

#include <cstdint>
#include <limits>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "tools/jailrun/command_line.h"
#include "tools/jailrun/flags.h"

namespace jail::cli {

constexpr unsigned Bit(Command command) { return static_cast<unsigned>(command); }
inline constexpr unsigned kCall = Bit(Command::kCall);
inline constexpr unsigned kExam = Bit(Command::kExam);

template <auto first, auto... rest>
auto& At(auto& object) {
  if constexpr (sizeof...(rest) == 0) {
    return object.*first;
  } else {
    return At<rest...>(object.*first);
  }
}

template <auto... path>
absl::Status SetText(CommandLine& line, absl::string_view value) {
  At<path...>(line) = std::string(value);
  return absl::OkStatus();
}

template <auto... path>
absl::Status SetTrue(CommandLine& line, absl::string_view) {
  At<path...>(line) = true;
  return absl::OkStatus();
}

template <auto... path>
absl::Status SetDestination(CommandLine& line, absl::string_view value) {
  JAIL_ASSIGN_OR_RETURN(At<path...>(line), ParseDestination(value));
  return absl::OkStatus();
}

// 1 to 1,000 of something.
template <auto... path>
absl::Status SetSmall(CommandLine& line, absl::string_view value) {
  constexpr int64_t kMost = 1000;
  JAIL_ASSIGN_OR_RETURN(const int64_t count, ParseCount(value));
  if (count < 1 || count > kMost)
    return absl::InvalidArgumentError(absl::StrCat(Quoted(value), " is not 1 to ", kMost));
  At<path...>(line) = static_cast<int>(count);
  return absl::OkStatus();
}

// For a field of a message, by its setter: SetTime<&v1::Limits::set_wall_time_ms, &CommandLine::limits>.
template <auto set, auto... path>
absl::Status SetTime(CommandLine& line, absl::string_view value) {
  JAIL_ASSIGN_OR_RETURN(const absl::Duration time, ParseDuration(value));
  if (time % absl::Milliseconds(1) != absl::ZeroDuration())
    return absl::InvalidArgumentError(absl::StrCat(Quoted(value), " is finer than a millisecond"));
  (At<path...>(line).*set)(absl::ToInt64Milliseconds(time));
  return absl::OkStatus();
}

template <auto set, auto... path>
absl::Status SetBytes(CommandLine& line, absl::string_view value) {
  JAIL_ASSIGN_OR_RETURN(const int64_t bytes, ParseBytes(value));
  (At<path...>(line).*set)(bytes);
  return absl::OkStatus();
}

template <auto set, auto... path>
absl::Status SetCount(CommandLine& line, absl::string_view value) {
  JAIL_ASSIGN_OR_RETURN(const int64_t count, ParseCount(value));
  if (count > std::numeric_limits<int32_t>::max())
    return absl::InvalidArgumentError(absl::StrCat(Quoted(value), " is too large"));
  (At<path...>(line).*set)(static_cast<int32_t>(count));
  return absl::OkStatus();
}

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_FLAG_SETTERS_H_
