// The command line as a value: parsed once, here, with CLI11; nothing later looks at argv again.
//
//   jailrun [run] --lang python hello.py -- one two
//
// To add a flag: a member of CommandLine, a row in flags.cc (which feeds the parser, the help and the
// suggestions), a line in README.md.
#ifndef TOOLS_JAILRUN_COMMAND_LINE_H_
#define TOOLS_JAILRUN_COMMAND_LINE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "jail/v1/call.pb.h"
#include "jail/v1/job.pb.h"
#include "tools/jailrun/files.h"

namespace jail::cli {

// Bits, so that a flag can belong to several commands.
enum class Command : unsigned {
  kRun = 1 << 0,
  kExec = 1 << 1,
  kLangs = 1 << 2,
  kDoctor = 1 << 3,
  kExplain = 1 << 4,
  kVersion = 1 << 5,
  kHelp = 1 << 6,
  kSweep = 1 << 7,
  kPolicy = 1 << 8,
  kCompile = 1 << 9,
  kPool = 1 << 10,
  kCall = 1 << 11,
  kExam = 1 << 12,
  kVerify = 1 << 13,
  kKeygen = 1 << 14,
};

struct CommandName {
  Command command;
  absl::string_view name;
  absl::string_view operands;  // For the usage line.
  absl::string_view help;
};
absl::Span<const CommandName> CommandNames();

// "; did you mean the command "explain"?" or "": for a FILE that is not there.
std::string DidYouMeanCommand(absl::string_view word);

// A file for the jail: --file SRC[:DST].
struct InputFile {
  std::string source;
  std::string destination;  // Relative to the work directory.
};

// What only `call` has. The spec lacks what comes from files: the code and the input.
struct CallLine {
  v1::CallSpec spec;
  std::string input;  // JSON or "@FILE"
  std::string host_command;
  int host_fd = -1;
  std::string mock_path;
  Destination ledger;
  Destination profile;
};

// What only `exam` has.
struct ExamLine {
  std::string submission_path;
  int jobs = 0;  // 0: as the spec says.
  bool stop_on_first_failure = false;
  std::string key_path;
  Destination log;
  Destination html;
  Destination events;
};

// What only `verify` has.
struct VerifyLine {
  std::string key_path;     // Empty: whoever signed it.
  std::string result_path;  // Empty: there is none to compare.
};

struct CommandLine {
  Command command = Command::kRun;
  bool help = false;

  std::vector<std::string> operands;  // FILE, RECORD, languages
  std::vector<std::string> words;     // After "--": the program's arguments, or the command.

  std::string language;
  std::string variant;
  std::string standard;
  std::string policy;
  std::string rootfs;
  std::string job_id;
  v1::Limits limits;
  v1::Limits compile_limits;
  v1::OutputOverflow output_overflow = v1::OUTPUT_OVERFLOW_UNSPECIFIED;
  std::vector<v1::Protection> required_protections;
  bool best_effort = false;
  bool rootless = false;

  bool cache = false;
  std::string cache_folder;  // Empty: the user's own.
  int64_t cache_bytes = int64_t{1} << 30;
  std::string tenant;

  std::string pool_socket;  // Empty: the user's own, when there is one.
  bool cold = false;        // No pool, even so.
  bool no_zygotes = false;  // Of `pool`.
  int pool_ready = 4;       // Of `pool`: jails of each shape,
  int pool_most = 32;       // and of all.

  // Of `compile`: where the compiled program goes. Of `run`: a file with one, instead of a source.
  Destination compiled;
  std::string compiled_path;

  std::string stdin_path;  // Empty: our own standard input.
  std::vector<InputFile> files;
  std::vector<std::pair<std::string, std::string>> env;
  std::vector<std::string> get_globs;
  std::string get_directory = ".";

  Destination record;
  Destination json;
  CallLine call;
  ExamLine exam;
  VerifyLine verify;
  bool explain_plan = false;
  bool html = false;  // explain --html
  bool verbose = false;
  bool timeline = false;
  bool check = false;     // langs --check
  bool versions = false;  // langs --versions
  bool least = false;     // policy learn --least
};

// `arguments` without the program's name. InvalidArgumentError: what is wrong, and the nearest right word.
absl::StatusOr<CommandLine> ParseCommandLine(absl::Span<const absl::string_view> arguments);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_COMMAND_LINE_H_
