#include "tools/jailrun/command_line.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "tools/jailrun/flags.h"
#include "tools/jailrun/visible.h"

namespace jail::cli {
namespace {

using absl::string_view;
using Words = absl::Span<const string_view>;

constexpr CommandName kCommands[] = {
    {Command::kRun, "run", "FILE [-- ARGS]", "run a program in a jail; the word \"run\" may be left out"},
    {Command::kCompile, "compile", "FILE",
     "compile a program in a jail, to be run later with run --artifact"},
    {Command::kCall, "call", "FILE",
     "run a function in a jail: JSON in, JSON out (javascript, typescript, python)"},
    {Command::kExam, "exam", "SPEC",
     "run a submission against the cases of a spec, each in a jail of its own, measured and logged"},
    {Command::kExec, "exec", "-- CMD [ARGS]", "run a program of this machine in a jail"},
    {Command::kLangs, "langs", "[install] [LANG...]",
     "list the languages, test them, or install them (as root)"},
    {Command::kDoctor, "doctor", "", "say what this host can enforce, how, and what to do about the rest"},
    {Command::kExplain, "explain", "RECORD", "show a record (binary or JSON, - for stdin) to a person"},
    {Command::kPolicy, "policy", "show|check|lint|learn [...]",
     "the rules for system calls: read them, ask them, check changed ones, learn from records"},
    {Command::kPool, "pool", "[status]",
     "keep jails ready for your runs until told to end, or show how many"},
    {Command::kVerify, "verify", "LOG", "say whether an exam's log was changed, and where (- for stdin)"},
    {Command::kKeygen, "keygen", "FILE",
     "make a key that signs exam logs: FILE, and FILE.pub for who verifies them"},
    {Command::kSweep, "sweep", "", "remove what killed runs have left; live runs are never touched"},
    {Command::kVersion, "version", "", "versions and checksums of what is built in"},
    {Command::kHelp, "help", "[COMMAND]", "this text"},
};

absl::Status UsageError(string_view message) { return absl::InvalidArgumentError(message); }

// How many operands each command takes.
struct OperandRule {
  Command command;
  size_t fewest, most;
  const char* missing;
};
constexpr size_t kMany = 1000;
constexpr OperandRule kOperandRules[] = {
    {Command::kRun, 0, 1, ""},  // See CheckCombination.
    {Command::kCompile, 1, 1, "no program: give a FILE, or - for standard input"},
    {Command::kCall, 1, 1, "no code: give a FILE, or - for standard input"},
    {Command::kExam, 1, 1, "no spec: give a FILE, or - for standard input"},
    {Command::kExec, 0, 0, ""},
    {Command::kLangs, 0, kMany, ""},
    {Command::kDoctor, 0, 0, ""},
    {Command::kExplain, 1, 1, "no record: give a FILE, or - for standard input"},
    {Command::kPolicy, 1, kMany,
     "say what to do: show [NAME], check CALL..., lint [FILE...], learn RECORD... or learn --least TRACE..."},
    {Command::kPool, 0, 1, ""},
    {Command::kVerify, 1, 1, "no log: give a FILE, or - for standard input"},
    {Command::kKeygen, 1, 1, "say where the key goes: a FILE"},
    {Command::kSweep, 0, 0, ""},
    {Command::kVersion, 0, 0, ""},
    {Command::kHelp, 0, 1, ""},
};

std::optional<Command> FindCommand(string_view word) {
  if (word == "--version") return Command::kVersion;
  for (const CommandName& row : kCommands) {
    if (row.name == word) return row.command;
  }
  return std::nullopt;
}

struct Split {
  Words before, after;
  bool marked;  // There was a "--".
};

Split SplitAtDashes(Words words) {
  const auto mark = std::find(words.begin(), words.end(), "--");
  const auto before = static_cast<size_t>(mark - words.begin());
  if (mark == words.end()) return {words, {}, false};
  return {words.subspan(0, before), words.subspan(before + 1), true};
}

bool LooksLikeFlag(string_view word) { return word.size() > 1 && word[0] == '-'; }

bool TakesWord(string_view word) {
  for (const Flag& flag : Flags()) {
    const bool takes_word = flag.arity == Flag::Arity::kValue || flag.arity == Flag::Arity::kRepeated;
    if (!takes_word) continue;
    for (string_view name : absl::StrSplit(flag.names, ',')) {
      if (name == word) return true;
    }
  }
  return false;
}

// How many words a flag takes, whatever command it is for: two when its value is the next one. In "-vm"
// that is the last letter's; in "-m64M" the value is there already.
size_t WordsOf(string_view word) {
  const bool letters = word.size() > 2 && word[0] == '-' && word[1] != '-';
  if (!letters) return TakesWord(word) ? 2 : 1;
  for (size_t i = 1; i < word.size(); ++i) {
    if (TakesWord(absl::StrCat("-", word.substr(i, 1)))) return i + 1 == word.size() ? 2 : 1;
  }
  return 1;
}

// The first word that is neither a flag nor a flag's value, if it is a command's name: "-v exec" is as
// good as "exec -v". words.size() when there is none.
size_t CommandIndex(Words words) {
  for (size_t i = 0; i < words.size(); i += WordsOf(words[i])) {
    const bool is_flag = LooksLikeFlag(words[i]) && words[i] != "--version";
    if (!is_flag) return FindCommand(words[i]).has_value() ? i : words.size();
  }
  return words.size();
}

std::vector<string_view> FlagNames(Command command) {
  std::vector<string_view> names;
  for (const Flag& flag : Flags()) {
    if (flag.For(command)) names.push_back(flag.LongName());
  }
  return names;
}

absl::Status UnknownFlag(Command command, string_view word) {
  const string_view name = word.substr(0, word.find('='));
  for (const Flag& flag : Flags()) {
    if (flag.LongName() == name) {
      return UsageError(absl::StrCat(name, " is not for this command; see jailrun --help"));
    }
  }
  return UsageError(absl::StrCat("unknown flag ", Quoted(name), DidYouMean(name, FlagNames(command))));
}

// CLI11 would take the next word for the value.
absl::Status RefuseEmptyValues(Words words) {
  for (string_view word : words) {
    if (absl::StartsWith(word, "--") && word.find('=') == word.size() - 1) {
      return UsageError(absl::StrCat(Quoted(word), " has an empty value"));
    }
  }
  return absl::OkStatus();
}

// Protobuf strings hold UTF-8 and a C string holds no NUL: said here, by position, rather than later.
absl::Status CheckText(Words words) {
  for (size_t i = 0; i < words.size(); ++i) {
    if (!IsValidUtf8(words[i])) {
      return UsageError(
          absl::StrCat("word ", i + 1, " of the command line is not UTF-8: ", Quoted(words[i])));
    }
  }
  return absl::OkStatus();
}

// What CLI11 makes of a flag that came without a value: its own word, and the one we give it below.
constexpr string_view kSwitchedOn = "true";
constexpr string_view kNoValue = "-";

absl::Status ApplyFlag(const Flag& flag, const std::vector<std::string>& values, CommandLine& line) {
  if (values.size() > 1 && flag.arity != Flag::Arity::kRepeated && flag.arity != Flag::Arity::kSwitch) {
    return UsageError(absl::StrCat(flag.LongName(), " is given ", values.size(), " times"));
  }
  for (const std::string& value : values) {
    if (flag.arity == Flag::Arity::kSwitch && value != kSwitchedOn) {
      return UsageError(absl::StrCat(flag.LongName(), " takes no value"));
    }
    const absl::Status status =
        flag.set(line, value == kNoValue || flag.arity == Flag::Arity::kSwitch ? "" : value);
    if (!status.ok()) return UsageError(absl::StrCat(flag.LongName(), ": ", status.message()));
  }
  return absl::OkStatus();
}

absl::Status ApplyOperands(const std::vector<std::string>& rest, CommandLine& line) {
  for (const std::string& word : rest) {
    if (LooksLikeFlag(word)) return UnknownFlag(line.command, word);
    line.operands.push_back(word);
  }
  return absl::OkStatus();
}

struct Registered {
  const Flag* flag;
  CLI::Option* option;
};

CLI::Option* RegisterFlag(const Flag& flag, CLI::App& app) {
  switch (flag.arity) {
    case Flag::Arity::kSwitch:
      return app.add_flag(flag.names);
    case Flag::Arity::kOptionalValue:
      return app.add_flag(absl::StrCat(flag.names, "{", kNoValue, "}"));
    case Flag::Arity::kValue:
    case Flag::Arity::kRepeated:
      return app.add_option(flag.names, CLI::callback_t{}, std::string{})->expected(1);
  }
  return nullptr;
}

// Rather too often than too seldom: "-vq" may be -v and -q.
bool MayBeGiven(const Flag& flag, Words words) {
  for (string_view name : absl::StrSplit(flag.names, ',')) {
    const bool is_long = absl::StartsWith(name, "--");
    for (string_view word : words) {
      const bool may_be = is_long ? absl::StartsWith(word, name)
                                  : LooksLikeFlag(word) && word[1] != '-' && absl::StrContains(word, name[1]);
      if (may_be) return true;
    }
  }
  return false;
}

// Those that the words may mean: for CLI11 to learn all of them takes 0.1 ms, to parse one next to nothing.
std::vector<Registered> RegisterFlags(Command command, Words words, CLI::App& app) {
  std::vector<Registered> registered;
  app.set_help_flag("");
  app.allow_extras();
  for (const Flag& flag : Flags()) {
    if (!flag.For(command) || !MayBeGiven(flag, words)) continue;
    CLI::Option* option = RegisterFlag(flag, app);
    option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);  // Repetition is ours to judge.
    registered.push_back({&flag, option});
  }
  return registered;
}

// The one place where CLI11's exceptions are met.
absl::Status ParseFlags(Words words, CommandLine& line) {
  CLI::App app;
  const std::vector<Registered> registered = RegisterFlags(line.command, words, app);
  std::vector<std::string> reversed;  // As CLI11 wants them.
  for (size_t i = words.size(); i > 0; --i) reversed.emplace_back(words[i - 1]);
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::ArgumentMismatch&) {
    return UsageError(absl::StrCat(Quoted(words.back()), " needs a value"));
  } catch (const CLI::ParseError& error) {
    return UsageError(error.what());
  }
  for (const Registered& row : registered)
    JAIL_RETURN_IF_ERROR(ApplyFlag(*row.flag, row.option->results(), line));
  return ApplyOperands(app.remaining(), line);
}

// "--json FILE exec": to us, FILE is the program.
const char* WhyUnexpected(Command command, string_view word) {
  if (command == Command::kExec) return "; the command comes after --";
  if (command == Command::kCompile) return "; more files come by --file";
  if (command != Command::kRun) return "";
  return FindCommand(word).has_value() ? "; a command comes before the first word that is no flag (and "
                                         "--json takes a file as --json=FILE)"
                                       : "; arguments of the program come after --";
}

absl::Status CheckOperands(const CommandLine& line) {
  for (const OperandRule& rule : kOperandRules) {
    if (rule.command != line.command) continue;
    if (line.operands.size() < rule.fewest) return UsageError(rule.missing);
    if (line.operands.size() <= rule.most) return absl::OkStatus();
    const std::string& word = line.operands[rule.most];
    return UsageError(absl::StrCat("unexpected ", Quoted(word), WhyUnexpected(line.command, word)));
  }
  return absl::OkStatus();
}

// A compiled program takes the place of a source.
absl::Status CheckProgram(const CommandLine& line) {
  if (line.command == Command::kCompile && !line.compiled.wanted())
    return UsageError("say where the compiled program goes: -o FILE");
  if (line.command != Command::kRun) return absl::OkStatus();
  if (line.operands.empty() && line.compiled_path.empty())
    return UsageError("no program: give a FILE, or - for standard input");
  if (!line.operands.empty() && !line.compiled_path.empty())
    return UsageError(
        absl::StrCat("--artifact is a program already: what is ", Quoted(line.operands[0]), " for?"));
  return absl::OkStatus();
}

absl::Status CheckCombination(const CommandLine& line, bool marked) {
  JAIL_RETURN_IF_ERROR(CheckProgram(line));
  if (line.command == Command::kExec && line.words.empty()) {
    return UsageError("no command: jailrun exec -- CMD [ARGS]");
  }
  if (line.command == Command::kPool && !line.operands.empty() && line.operands[0] != "status")
    return UsageError(
        absl::StrCat("unexpected ", Quoted(line.operands[0]), ": jailrun pool, or jailrun pool status"));
  const bool takes_words = line.command == Command::kRun || line.command == Command::kExec;
  if (marked && !takes_words) return UsageError("nothing comes after -- here");
  const bool same_place = line.record.wanted() && line.record.kind == line.json.kind &&
                          line.record.path == line.json.path && line.record.fd == line.json.fd;
  if (line.html && line.json.wanted()) return UsageError("--html and --json are two answers: choose one");
  if (same_place) return UsageError("--record and --json name the same place");
  return absl::OkStatus();
}

}  // namespace

absl::Span<const CommandName> CommandNames() { return kCommands; }

std::string DidYouMeanCommand(string_view word) {
  std::vector<string_view> names;
  for (const CommandName& row : kCommands) names.push_back(row.name);
  const string_view nearest = NearestName(word, names);
  return nearest.empty() ? "" : absl::StrCat("; did you mean the command ", Quoted(nearest), "?");
}

absl::StatusOr<CommandLine> ParseCommandLine(Words arguments) {
  JAIL_RETURN_IF_ERROR(CheckText(arguments));
  const Split split = SplitAtDashes(arguments);
  CommandLine line;
  std::vector<string_view> words(split.before.begin(), split.before.end());
  if (const size_t index = CommandIndex(words); index < words.size()) {
    line.command = FindCommand(words[index]).value_or(Command::kRun);
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(index));
  }
  JAIL_RETURN_IF_ERROR(RefuseEmptyValues(words));
  for (string_view word : split.after) line.words.emplace_back(word);
  JAIL_RETURN_IF_ERROR(ParseFlags(words, line));
  if (line.help) return line;
  JAIL_RETURN_IF_ERROR(CheckOperands(line));
  JAIL_RETURN_IF_ERROR(CheckCombination(line, split.marked));
  return line;
}

}  // namespace jail::cli
