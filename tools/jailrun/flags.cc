// What every command's flags are, but for those of one layer alone: call_flags.cc, exam_flags.cc.
#include "tools/jailrun/flags.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "tools/jailrun/flag_setters.h"
#include "tools/jailrun/render.h"

namespace jail::cli {
namespace {

using Arity = Flag::Arity;
using absl::Status;
using absl::string_view;

// Whose limits a flag sets: the program's, or its compiler's.
constexpr auto kProgram = &CommandLine::limits;
constexpr auto kCompiler = &CommandLine::compile_limits;

Status SetCpus(CommandLine& line, string_view value) {
  JAIL_ASSIGN_OR_RETURN(const int32_t millicores, ParseMillicores(value));
  line.limits.set_cpu_millicores(millicores);
  return absl::OkStatus();
}

// What it means, and whether this host has them, Resolve says.
Status SetCpuSet(CommandLine& line, string_view value) {
  line.limits.set_cpu_set(std::string(value));
  return absl::OkStatus();
}

// "64M" or "64M,4096".
Status SetDisk(CommandLine& line, string_view value) {
  const std::pair<string_view, string_view> parts = absl::StrSplit(value, absl::MaxSplits(',', 1));
  const Status bytes = SetBytes<&v1::Limits::set_disk_bytes, kProgram>(line, parts.first);
  if (!bytes.ok()) return bytes;
  if (value.size() == parts.first.size()) return absl::OkStatus();
  JAIL_ASSIGN_OR_RETURN(const int64_t inodes, ParseCount(parts.second));
  line.limits.set_disk_inodes(inodes);
  return absl::OkStatus();
}

Status SetOverflow(CommandLine& line, string_view value) {
  constexpr std::pair<string_view, v1::OutputOverflow> kValues[] = {
      {"drop", v1::OUTPUT_OVERFLOW_DROP},
      {"end", v1::OUTPUT_OVERFLOW_END_RUN},
  };
  std::vector<string_view> names;
  for (const auto& [name, overflow] : kValues) {
    names.push_back(name);
    if (name != value) continue;
    line.output_overflow = overflow;
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat(Quoted(value), " is neither drop nor end", DidYouMean(value, names)));
}

// "data.csv", "../x/data.csv" (becomes data.csv) or "SRC:DST"; the last colon counts.
Status AddFile(CommandLine& line, string_view value) {
  const size_t colon = value.rfind(':');
  const string_view source = value.substr(0, colon);
  const string_view destination = colon == string_view::npos ? BaseName(source) : value.substr(colon + 1);
  if (source.empty() || destination.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(Quoted(value), " is not SRC or SRC:DST"));
  }
  line.files.push_back({std::string(source), std::string(destination)});
  return absl::OkStatus();
}

Status AddEnv(CommandLine& line, string_view value) {
  const size_t equals = value.find('=');
  if (equals == string_view::npos || equals == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(value), " is not NAME=VALUE (nothing is taken from our own environment)"));
  }
  line.env.emplace_back(value.substr(0, equals), value.substr(equals + 1));
  return absl::OkStatus();
}

Status AddGlob(CommandLine& line, string_view value) {
  if (value.empty()) return absl::InvalidArgumentError("the pattern is empty");
  line.get_globs.emplace_back(value);
  return absl::OkStatus();
}

// "landlock" or "memory-cgroup": the names of the record's layers.
Status AddProtection(CommandLine& line, string_view value) {
  std::vector<std::string> names;
  for (int number = v1::Protection_MIN + 1; number <= v1::Protection_MAX; ++number) {
    if (!v1::Protection_IsValid(number)) continue;
    const auto protection = static_cast<v1::Protection>(number);
    names.push_back(absl::StrReplaceAll(ProtectionLabel(protection), {{" ", "-"}}));
    if (names.back() != absl::StrReplaceAll(value, {{" ", "-"}, {"_", "-"}})) continue;
    line.required_protections.push_back(protection);
    return absl::OkStatus();
  }
  const std::vector<string_view> known(names.begin(), names.end());
  return absl::InvalidArgumentError(absl::StrCat(Quoted(value), " is no layer", DidYouMean(value, known),
                                                 " (known: ", absl::StrJoin(names, ", "), ")"));
}

// A variant and what it leaves behind.
Status SetRender(CommandLine& line, string_view) {
  line.variant = "render";
  line.get_globs.emplace_back("page.png");
  return absl::OkStatus();
}

Status SetNoCheck(CommandLine& line, string_view) {
  line.variant = "no-check";
  return absl::OkStatus();
}

Status SetCache(CommandLine& line, string_view value) {
  line.cache = true;
  line.cache_folder = std::string(value);
  return absl::OkStatus();
}

Status SetCacheSize(CommandLine& line, string_view value) {
  JAIL_ASSIGN_OR_RETURN(line.cache_bytes, ParseBytes(value));
  return absl::OkStatus();
}

// Without a value the record itself goes to stdout.
Status SetJson(CommandLine& line, string_view value) {
  if (!value.empty()) return SetDestination<&CommandLine::json>(line, value);
  line.json.kind = Destination::Kind::kStdout;
  return absl::OkStatus();
}

constexpr unsigned kRun = Bit(Command::kRun);
constexpr unsigned kCompile = Bit(Command::kCompile);
constexpr unsigned kSource = kRun | kCompile;
constexpr unsigned kJob = kRun | Bit(Command::kExec);
constexpr unsigned kAnyJob = kJob | kCompile;
constexpr unsigned kLangs = Bit(Command::kLangs);
constexpr unsigned kHost = kLangs | Bit(Command::kDoctor);
constexpr unsigned kListing = kHost | Bit(Command::kPolicy) | Bit(Command::kExplain) | Bit(Command::kSweep) |
                              Bit(Command::kVersion) | Bit(Command::kVerify);
constexpr unsigned kAll = ~0U;

constexpr Flag kFlags[] = {
    {"-l,--lang", Arity::kValue, "LANG", kSource | kCall, Section::kProgram,
     "language of FILE; its extension decides when absent (see jailrun langs)",
     SetText<&CommandLine::language>},
    {"--variant", Arity::kValue, "NAME", kSource, Section::kProgram,
     "another way to compile or run it: clang, asan (see jailrun langs)", SetText<&CommandLine::variant>},
    {"--no-check", Arity::kSwitch, "", kSource, Section::kProgram,
     "of TypeScript: take the types away and do not check them", SetNoCheck},
    {"--render", Arity::kSwitch, "", kRun, Section::kProgram,
     "of HTML: bring back page.png, the page as a browser shows it", SetRender},
    {"--std", Arity::kValue, "NAME", kSource, Section::kProgram,
     "standard of the language, for compilers with a choice: c++23", SetText<&CommandLine::standard>},
    {"--artifact", Arity::kValue, "FILE", kRun, Section::kProgram,
     "run what jailrun compile has made, instead of a source", SetText<&CommandLine::compiled_path>},
    {"-o,--artifact", Arity::kValue, "FILE|fd:N", kCompile, Section::kResult,
     "where the compiled program goes; the same file, --artifact, runs it",
     SetDestination<&CommandLine::compiled>},
    {"--stdin", Arity::kValue, "FILE", kJob, Section::kProgram,
     "what the program reads as standard input, instead of ours", SetText<&CommandLine::stdin_path>},
    {"--env", Arity::kRepeated, "NAME=VALUE", kJob, Section::kProgram,
     "set a variable; the program sees no other one of yours", AddEnv},

    {"--file", Arity::kRepeated, "SRC[:DST]", kAnyJob, Section::kFiles,
     "copy a file into the work directory, as DST or under its own name", AddFile},
    {"--get", Arity::kRepeated, "GLOB", kJob, Section::kFiles,
     "bring files back from the work directory; only a file named in full may replace one here", AddGlob},
    {"--get-dir", Arity::kValue, "DIR", kJob, Section::kFiles,
     "where they go (default: the current directory)", SetText<&CommandLine::get_directory>},

    {"-t,--time", Arity::kValue, "TIME", kJob, Section::kLimits,
     "CPU time of all processes together: 2s, 500ms", SetTime<&v1::Limits::set_cpu_time_ms, kProgram>},
    {"--wall", Arity::kValue, "TIME", kJob, Section::kLimits, "time on the clock",
     SetTime<&v1::Limits::set_wall_time_ms, kProgram>},
    {"--idle", Arity::kValue, "TIME", kJob, Section::kLimits, "time without using the CPU",
     SetTime<&v1::Limits::set_idle_time_ms, kProgram>},
    {"--grace", Arity::kValue, "TIME", kJob, Section::kLimits,
     "when one of these is up send SIGTERM, and SIGKILL only so much later (default: SIGKILL at once)",
     SetTime<&v1::Limits::set_grace_ms, kProgram>},
    {"-m,--memory", Arity::kValue, "SIZE", kJob, Section::kLimits,
     "memory of all processes together, files in /tmp included: 256M, 1G",
     SetBytes<&v1::Limits::set_memory_bytes, kProgram>},
    {"--pids", Arity::kValue, "N", kJob, Section::kLimits, "processes and threads together",
     SetCount<&v1::Limits::set_processes, kProgram>},
    {"--cpus", Arity::kValue, "N", kJob, Section::kLimits, "CPU rate in cores: 0.5", SetCpus},
    {"--cpuset", Arity::kValue, "LIST", kJob, Section::kLimits, "run only on these CPUs: 0, 0-1,3",
     SetCpuSet},
    {"--io-read-rate", Arity::kValue, "SIZE", kJob, Section::kLimits,
     "bytes a second from each disk that the jail's root lies on: 10M",
     SetBytes<&v1::Limits::set_io_read_bytes_per_second, kProgram>},
    {"--io-write-rate", Arity::kValue, "SIZE", kJob, Section::kLimits, "the same, to it",
     SetBytes<&v1::Limits::set_io_write_bytes_per_second, kProgram>},
    {"--output", Arity::kValue, "SIZE", kJob, Section::kLimits, "bytes of stdout and of stderr, each",
     SetBytes<&v1::Limits::set_output_bytes, kProgram>},
    {"--on-overflow", Arity::kValue, "drop|end", kJob, Section::kLimits,
     "output beyond that: drop it (default) or end the run", SetOverflow},
    {"--disk", Arity::kValue, "SIZE[,N]", kJob, Section::kLimits,
     "bytes, and files and directories, on /tmp and the work directory", SetDisk},
    {"--fsize", Arity::kValue, "SIZE", kJob, Section::kLimits, "size of any one file",
     SetBytes<&v1::Limits::set_file_bytes, kProgram>},
    {"--nofile", Arity::kValue, "N", kJob, Section::kLimits, "open files of any one process",
     SetCount<&v1::Limits::set_open_files, kProgram>},
    {"--stack", Arity::kValue, "SIZE", kJob, Section::kLimits, "stack of any one process",
     SetBytes<&v1::Limits::set_stack_bytes, kProgram>},
    {"--source", Arity::kValue, "SIZE", kAnyJob, Section::kLimits, "FILE and every --file together",
     SetBytes<&v1::Limits::set_source_bytes, kProgram>},
    {"--compile-time", Arity::kValue, "TIME", kSource, Section::kLimits,
     "CPU time of the compiler, where there is one: a phase and limits of its own",
     SetTime<&v1::Limits::set_cpu_time_ms, kCompiler>},
    {"--compile-wall", Arity::kValue, "TIME", kSource, Section::kLimits, "its time on the clock",
     SetTime<&v1::Limits::set_wall_time_ms, kCompiler>},
    {"--compile-memory", Arity::kValue, "SIZE", kSource, Section::kLimits, "its memory",
     SetBytes<&v1::Limits::set_memory_bytes, kCompiler>},
    {"--compile-pids", Arity::kValue, "N", kSource, Section::kLimits, "its processes and threads",
     SetCount<&v1::Limits::set_processes, kCompiler>},
    {"--compile-output", Arity::kValue, "SIZE", kSource, Section::kLimits, "its stdout and stderr, each",
     SetBytes<&v1::Limits::set_output_bytes, kCompiler>},
    {"--compile-disk", Arity::kValue, "SIZE", kSource, Section::kLimits, "what it may write",
     SetBytes<&v1::Limits::set_disk_bytes, kCompiler>},

    {"--cache", Arity::kOptionalValue, "[=DIR]", kSource, Section::kProgram,
     "compile the same input only once; kept in DIR (default: ~/.cache/jailrun)", SetCache},
    {"--cache-size", Arity::kValue, "SIZE", kSource, Section::kProgram,
     "what is kept there in all (default: 1G); what was used least recently goes", SetCacheSize},
    {"--tenant", Arity::kValue, "NAME", kSource, Section::kProgram,
     "keep for this tenant alone what is compiled, [A-Za-z0-9._-]", SetText<&CommandLine::tenant>},

    {"--pool", Arity::kValue, "SOCKET", kAnyJob | kCall | kExam | Bit(Command::kPool), Section::kProgram,
     "take a jail that is ready from the pool there (default: your own, when jailrun pool runs)",
     SetText<&CommandLine::pool_socket>},
    {"--cold", Arity::kSwitch, "", kAnyJob | kCall | kExam, Section::kProgram,
     "build the jail now, even when a pool runs", SetTrue<&CommandLine::cold>},
    {"--ready", Arity::kValue, "N", Bit(Command::kPool), Section::kProgram,
     "jails to keep ready of each shape that is asked for (default: 4)", SetSmall<&CommandLine::pool_ready>},
    {"--most", Arity::kValue, "N", Bit(Command::kPool), Section::kProgram,
     "jails in all (default: 32); the shape not asked for lately makes room",
     SetSmall<&CommandLine::pool_most>},
    {"--no-zygotes", Arity::kSwitch, "", Bit(Command::kPool), Section::kProgram,
     "start each runtime in its own jail, and fork none into it", SetTrue<&CommandLine::no_zygotes>},

    {"--policy", Arity::kValue, "NAME", kJob, Section::kIsolation,
     "system calls allowed; the language's own policy when absent (see jailrun version)",
     SetText<&CommandLine::policy>},
    {"--policy", Arity::kValue, "NAME", Bit(Command::kPolicy), Section::kIsolation,
     "which one check and learn are about (default: default)", SetText<&CommandLine::policy>},
    {"--least", Arity::kSwitch, "", Bit(Command::kPolicy), Section::kIsolation,
     "learn from strace's files what runs called, and allow nothing else", SetTrue<&CommandLine::least>},
    {"--rootfs", Arity::kValue, "NAME", kJob | kLangs | kCall | kExam, Section::kIsolation,
     "what the jail sees as its root: host, this machine's /usr (the default), or a pinned image (make "
     "rootfs)",
     SetText<&CommandLine::rootfs>},
    {"--best-effort", Arity::kSwitch, "", kAnyJob | kHost | kCall | kExam, Section::kIsolation,
     "go on without what this host cannot enforce; the record lists it. Without this the run is refused",
     SetTrue<&CommandLine::best_effort>},
    {"--require", Arity::kRepeated, "LAYER", kAnyJob, Section::kIsolation,
     "refuse to run where this layer cannot be had, whatever stands in for it: landlock, memory-cgroup",
     AddProtection},
    {"--rootless", Arity::kSwitch, "", kAnyJob | kHost | kCall | kExam, Section::kIsolation,
     "use no privilege, even when there is some: your own uid in a user namespace",
     SetTrue<&CommandLine::rootless>},

    {"--record", Arity::kValue, "FILE|fd:N", kAnyJob | kCall, Section::kResult,
     "write the record, binary protobuf", SetDestination<&CommandLine::record>},
    {"--json", Arity::kOptionalValue, "[=FILE|fd:N]", kCall | kExam, Section::kResult,
     "write the whole answer as JSON: result or error, logs, figures, of calls or of cases", SetJson},
    {"--json", Arity::kOptionalValue, "[=FILE|fd:N]", kAnyJob, Section::kResult,
     "write the record as JSON; alone, to stdout, the program's output inside it and nowhere else", SetJson},
    {"--explain-plan", Arity::kSwitch, "", kAnyJob, Section::kResult,
     "print what would be done, and do nothing", SetTrue<&CommandLine::explain_plan>},
    {"--job-id", Arity::kValue, "ID", kAnyJob | kCall, Section::kResult, "name in the record, [A-Za-z0-9._-]",
     SetText<&CommandLine::job_id>},
    {"--timeline", Arity::kSwitch, "", kAnyJob | Bit(Command::kExplain), Section::kResult,
     "print, on stderr after the run, how long every step took and what was in use when",
     SetTrue<&CommandLine::timeline>},
    {"-v,--verbose", Arity::kSwitch, "", kAnyJob, Section::kResult, "summary on stderr after the run",
     SetTrue<&CommandLine::verbose>},

    {"--versions", Arity::kSwitch, "", kLangs, Section::kResult,
     "ask each language for its version, in a jail, and start its first test program",
     SetTrue<&CommandLine::versions>},
    {"--check", Arity::kSwitch, "", kLangs, Section::kResult,
     "run every test program of every language (or of those named) in the jail",
     SetTrue<&CommandLine::check>},
    {"--html", Arity::kSwitch, "", Bit(Command::kExplain), Section::kResult,
     "print one self-contained page for a browser", SetTrue<&CommandLine::html>},
    {"--json", Arity::kSwitch, "", kListing, Section::kResult, "print JSON", SetJson},

    {"-h,--help", Arity::kSwitch, "", kAll, Section::kGeneral, "this text", SetTrue<&CommandLine::help>},
};

}  // namespace

string_view Flag::LongName() const {
  const string_view all(names);
  return all.substr(all.rfind(',') + 1);  // npos + 1 is 0: all of it.
}

absl::Span<const Flag> Flags() {
  static const std::vector<Flag>& all = *[] {
    auto* flags = new std::vector<Flag>;
    for (absl::Span<const Flag> some : {CallFlags(), ExamFlags(), absl::Span<const Flag>(kFlags)})
      flags->insert(flags->end(), some.begin(), some.end());
    return flags;
  }();
  return all;
}

}  // namespace jail::cli
