#include "tools/jailrun/help.h"

#include <cstddef>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tools/jailrun/flags.h"
#include "tools/jailrun/table.h"

namespace jail::cli {
namespace {

using absl::string_view;

constexpr size_t kColumn = 28;

struct SectionTitle {
  Section section;
  string_view title;
  string_view note;  // Below the flags.
};
constexpr SectionTitle kSections[] = {
    {Section::kProgram, "The program", ""},
    {Section::kFiles, "Files", ""},
    {Section::kLimits, "Limits (sizes and times need a unit: B K M G, ms s m h; sizes are binary)",
     "  Unless said otherwise: 5 s of CPU and wall time, 256 MiB of memory, 50 processes, 1 MiB of output,\n"
     "  64 MiB and 4,096 files on disk, 50,000 bytes of source. A language may differ: --explain-plan "
     "tells.\n"},
    {Section::kIsolation, "Isolation", ""},
    {Section::kResult, "Result", ""},
    {Section::kGeneral, "General", ""},
};

constexpr string_view kIntroduction =
    "jailrun runs a program you do not trust, in a jail, and reports exactly what happened.\n"
    "\n"
    "  jailrun [run] [FLAGS] FILE [-- ARGS]      a source file; - reads it from standard input\n"
    "  jailrun exec [FLAGS] -- CMD [ARGS]        a program of this machine\n"
    "\n"
    "The program sees this machine's /usr read-only, a /tmp and a work directory of its own, no network\n"
    "and no other process. Its input and output pass through as they are; nothing of ours goes to\n"
    "standard output unless asked for.\n";

constexpr string_view kExamples =
    "Examples\n"
    "  jailrun hello.py\n"
    "  echo 3 4 | jailrun --time 1s --memory 64M sum.cpp -- --verbose\n"
    "  curl -s https://example.org/x.js | jailrun --lang javascript -\n"
    "  jailrun --file data.csv --get result.json analyse.py\n"
    "  jailrun --record run.pb -v hello.py && jailrun explain run.pb\n"
    "  jailrun --json hello.py | jq -r .summary\n"
    "  jailrun exec --wall 1s -- ls -l /\n";

constexpr string_view kExitStatus =
    "Exit status\n"
    "  the program's own; 128+N when signal N ended it; 1 when it did not compile\n"
    "  2    the command line is wrong, or a file it names cannot be read\n"
    "  124  CPU time or wall time was up\n"
    "  125  the jail could not run it, or the record or a file could not be written (stderr says why)\n"
    "  126  the program cannot be executed           127  there is no such program\n"
    "  137  out of memory                            153  ended by the output or disk limit\n"
    "  159  ended after too many denied calls        130, 143, 129  cancelled by INT, TERM, HUP\n"
    "  A program may exit with any of these by itself: the record (--json, --record) tells.\n";

// "  -v, --verbose             what it does"
std::string Entry(string_view left, string_view right) {
  std::string line = absl::StrCat("  ", left);
  if (line.size() + 2 > kColumn) {
    absl::StrAppend(&line, "\n", std::string(kColumn, ' '));
  } else {
    line.resize(kColumn, ' ');
  }
  return absl::StrCat(line, Wrap(right, kColumn), "\n");
}

std::string FlagEntry(const Flag& flag) {
  const std::vector<string_view> names = absl::StrSplit(flag.names, ',');
  std::string left =
      names.size() > 1 ? absl::StrCat(names[0], ", ", names[1]) : absl::StrCat("    ", names[0]);
  const string_view value = flag.value;
  if (!value.empty()) absl::StrAppend(&left, flag.arity == Flag::Arity::kOptionalValue ? "" : " ", value);
  return Entry(left, flag.help);
}

// The flags of any of `commands`, section by section.
std::string FlagEntries(unsigned commands) {
  std::string out;
  for (const SectionTitle& row : kSections) {
    std::string entries;
    for (const Flag& flag : Flags()) {
      if (flag.section == row.section && (flag.commands & commands) != 0) entries += FlagEntry(flag);
    }
    if (!entries.empty()) absl::StrAppend(&out, row.title, "\n", entries, row.note, "\n");
  }
  return out;
}

std::string CommandEntries() {
  std::string out = "Commands (jailrun COMMAND --help tells more)\n";
  for (const CommandName& row : CommandNames()) {
    out += Entry(absl::StrCat(row.name, row.operands.empty() ? "" : " ", row.operands), row.help);
  }
  return out;
}

std::string CommandHelp(const CommandName& row) {
  return absl::StrCat("jailrun ", row.name, row.operands.empty() ? "" : " ", row.operands, "\n  ", row.help,
                      "\n\n", FlagEntries(static_cast<unsigned>(row.command)));
}

}  // namespace

std::string HelpText(Command command) {
  for (const CommandName& row : CommandNames()) {
    const bool whole = command == Command::kRun || command == Command::kHelp;
    if (row.command == command && !whole) return CommandHelp(row);
  }
  const unsigned run = static_cast<unsigned>(Command::kRun) | static_cast<unsigned>(Command::kExec);
  return absl::StrCat(kIntroduction, "\n", CommandEntries(), "\n", FlagEntries(run), kExamples, "\n",
                      kExitStatus);
}

std::string ShortHelp() {
  return "jailrun runs a program you do not trust, in a jail: jailrun hello.py\n"
         "jailrun --help tells the rest.\n";
}

}  // namespace jail::cli
