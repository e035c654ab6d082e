// Every flag of jailrun, as one table: the parser, the help and "did you mean" all walk it.
#ifndef TOOLS_JAILRUN_FLAGS_H_
#define TOOLS_JAILRUN_FLAGS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "tools/jailrun/command_line.h"

namespace jail::cli {

enum class Section { kProgram, kFiles, kLimits, kIsolation, kResult, kGeneral };

struct Flag {
  // How often and how a value is given.
  enum class Arity { kSwitch, kValue, kRepeated, kOptionalValue /* --json or --json=FILE */ };

  const char* names;  // As CLI11 wants them: "-v,--verbose".
  Arity arity;
  const char* value;  // "TIME"; empty for a switch.
  unsigned commands;  // Bits of Command.
  Section section;
  const char* help;
  absl::Status (*set)(CommandLine& line, absl::string_view value);

  bool For(Command command) const { return (commands & static_cast<unsigned>(command)) != 0; }
  absl::string_view LongName() const;  // "--verbose"
};

absl::Span<const Flag> Flags();
// Parts of it.
absl::Span<const Flag> CallFlags();
absl::Span<const Flag> ExamFlags();

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_FLAGS_H_
