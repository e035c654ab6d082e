// jailrun: the command. Parses, opens the jail, hands over to one function per command.
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/stubs/logging.h"
#include "jail/base/errno_name.h"
#include "jail/base/status_macros.h"
#include "jail/jail.h"
#include "jail/plan/builtin.h"
#include "tools/jailrun/call.h"
#include "tools/jailrun/command_line.h"
#include "tools/jailrun/doctor/doctor.h"
#include "tools/jailrun/exam/keygen.h"
#include "tools/jailrun/exam/verify.h"
#include "tools/jailrun/exam_run.h"
#include "tools/jailrun/exit_status.h"
#include "tools/jailrun/files.h"
#include "tools/jailrun/help.h"
#include "tools/jailrun/html.h"
#include "tools/jailrun/job.h"
#include "tools/jailrun/langs.h"
#include "tools/jailrun/langs_report.h"
#include "tools/jailrun/policy/policy_command.h"
#include "tools/jailrun/pool.h"
#include "tools/jailrun/process.h"
#include "tools/jailrun/record_text.h"
#include "tools/jailrun/render.h"
#include "tools/jailrun/run.h"
#include "tools/jailrun/say.h"
#include "tools/jailrun/sweep.h"
#include "tools/jailrun/timeline.h"
#include "tools/jailrun/version.h"

namespace jail::cli {
namespace {

struct Context {
  const CommandLine& line;
  const StandardStreams& streams;
};

std::vector<BuiltinPart> BuiltinParts() {
  const auto hash = [](const uint8_t(&sha256)[32]) {
    return absl::string_view(reinterpret_cast<const char*>(sha256), sizeof(sha256));
  };
  std::vector<BuiltinPart> parts;
  for (int i = 0; const plan::CompiledPolicy* policy = plan::PolicyAt(i); ++i) {
    parts.push_back({"policy", policy->name, hash(policy->sha256)});
  }
  for (int i = 0; const plan::RootView* view = plan::RootViewAt(i); ++i) {
    parts.push_back({"root", view->name, hash(view->sha256)});
  }
  return parts;
}

Catalog MakeCatalog(const Jail& jail, const CommandLine& line) {
  // exec names no language, and reading the catalog takes 0.05 ms.
  const bool with_languages = line.command != Command::kExec;
  Catalog catalog = {with_languages ? jail.Runtimes() : v1::RuntimeCatalog::default_instance(), {}, {}};
  for (const BuiltinPart& part : BuiltinParts()) {
    if (part.kind == "policy") catalog.policies.push_back(part.name);
  }
  if (!line.rootfs.empty()) catalog.rootfs = RootNames();
  return catalog;
}

// $XDG_CACHE_HOME/jailrun, or what stands for it.
absl::StatusOr<std::string> CacheFolder(const CommandLine& line) {
  if (!line.cache_folder.empty()) return std::filesystem::absolute(line.cache_folder).string();
  for (const auto& [variable, below] :
       {std::pair("XDG_CACHE_HOME", "/jailrun"), std::pair("HOME", "/.cache/jailrun")}) {
    const char* value = getenv(variable);
    if (value != nullptr && *value == '/') return absl::StrCat(value, below);
  }
  return absl::InvalidArgumentError("--cache: there is no HOME to keep anything in; say --cache=DIR");
}

absl::StatusOr<Site> ChooseSite(const CommandLine& line) {
  if (line.rootless && geteuid() == 0) {
    return absl::InvalidArgumentError(
        "--rootless is not for root: the program would be the host's root; be another user");
  }
  JAIL_ASSIGN_OR_RETURN(Site site, LoadSite());
  site.rootless = site.rootless || line.rootless;
  if (line.cache) {
    JAIL_ASSIGN_OR_RETURN(site.cache_folder, CacheFolder(line));
    site.cache_bytes = line.cache_bytes;
  }
  return site;
}

int PoolCommand(const Context& context) {
  const CommandLine& line = context.line;
  if (!line.operands.empty()) return ShowPool(line);
  const absl::StatusOr<Site> site = ChooseSite(line);
  if (!site.ok()) return ReportUnusable(site.status(), line, context.streams);
  return ServePool(line, site->launcher_path);
}

absl::StatusOr<std::unique_ptr<Jail>> OpenJail(const CommandLine& line) {
  JAIL_ASSIGN_OR_RETURN(Site site, ChooseSite(line));
  JAIL_ASSIGN_OR_RETURN(site.parking, ChooseParking(line));
  return Jail::Open(std::move(site));
}

template <typename Message>
int ShowJson(const Message& message) {
  const absl::StatusOr<std::string> json = ToJson(message);
  if (json.ok()) return Show(*json);
  Complain(json.status().message());
  return kExitJail;
}

int RunCommand(const Context& context) {
  const absl::StatusOr<std::unique_ptr<Jail>> jail = OpenJail(context.line);
  if (!jail.ok()) return ReportUnusable(jail.status(), context.line, context.streams);
  return RunOrExec(**jail, context.line, MakeCatalog(**jail, context.line), context.streams);
}

int RunCall(const Context& context) {
  const absl::StatusOr<std::unique_ptr<Jail>> jail = OpenJail(context.line);
  if (!jail.ok()) return ReportUnusable(jail.status(), context.line, context.streams);
  return CallCommand(**jail, context.line, context.streams);
}

int RunExam(const Context& context) {
  const absl::StatusOr<std::unique_ptr<Jail>> jail = OpenJail(context.line);
  if (!jail.ok()) return Fail(jail.status(), kExitJail);
  return ExamCommand(**jail, context.line, context.streams);
}

int LangsWith(const Jail& jail, const CommandLine& line, const std::vector<const v1::Runtime*>& runtimes) {
  const auto run = [&jail, &line](const v1::JobSpec& wanted) {
    v1::JobSpec job = wanted;
    if (line.best_effort) job.set_enforcement(v1::ENFORCEMENT_BEST_EFFORT);
    job.set_rootfs(line.rootfs);
    return jail.Run(job);
  };
  const auto print = [](absl::string_view text) { static_cast<void>(Show(text)); };
  const absl::StatusOr<RootFiles> files = FilesOf(line.rootfs);
  if (!files.ok()) {
    Complain(absl::StrCat("--rootfs: ", files.status().message()));
    return kExitUsage;
  }
  if (line.check && !line.json.wanted())
    return CheckLangs(runtimes, run, print, *files) ? kExitOk : kExitCheckFailed;
  const Ask ask = line.check ? Ask::kEverything : line.versions ? Ask::kFirstProbe : Ask::kNothing;
  const v1::LanguageReport report = DescribeLangs(runtimes, ask, run, *files);
  const int shown = line.json.wanted() ? ShowJson(report) : Show(RenderLangs(report));
  const bool failed = absl::c_any_of(
      report.languages(), [](const v1::LanguageState& state) { return state.self_test().failed() > 0; });
  return shown == kExitOk && failed ? kExitCheckFailed : shown;
}

// `jailrun langs install LANG...`: the installer beside the helper does it, in our place. No language: all of
// them but those that are installed on request.
int InstallLangs(const Jail& jail, const std::string& launcher_path, const std::vector<std::string>& names) {
  const auto runtimes = PickToInstall(jail.Runtimes(), names);
  if (!runtimes.ok()) {
    Complain(runtimes.status().message());
    return kExitUsage;
  }
  const std::string folder = launcher_path.substr(0, launcher_path.rfind('/'));
  std::vector<std::string> words = {absl::StrCat(folder, "/install-languages")};
  for (std::string& word : InstallArguments(*runtimes)) words.push_back(std::move(word));
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execv(argv[0], argv.data());
  Complain(absl::StrCat("the installer ", words[0], " cannot be started: ", ErrnoName(errno)));
  return kExitJail;
}

int LangsCommand(const Context& context) {
  const absl::StatusOr<Site> site = ChooseSite(context.line);
  if (!site.ok()) return ReportUnusable(site.status(), context.line, context.streams);
  const absl::StatusOr<std::unique_ptr<Jail>> jail = Jail::Open(*site);
  if (!jail.ok()) return ReportUnusable(jail.status(), context.line, context.streams);
  const std::vector<std::string>& words = context.line.operands;
  if (!words.empty() && words.front() == "install") {
    return InstallLangs(**jail, site->launcher_path, {words.begin() + 1, words.end()});
  }
  const auto runtimes = PickRuntimes((*jail)->Runtimes(), words);
  if (runtimes.ok()) return LangsWith(**jail, context.line, *runtimes);
  Complain(runtimes.status().message());
  return kExitUsage;
}

int DoctorCommand(const Context& context) {
  const CommandLine& line = context.line;
  const absl::StatusOr<Site> site = ChooseSite(line);
  if (!site.ok()) return ReportUnusable(site.status(), line, context.streams);
  const absl::StatusOr<std::unique_ptr<Jail>> jail = Jail::Open(*site);
  if (!jail.ok()) return ReportUnusable(jail.status(), line, context.streams);
  const auto run = [&jail](const v1::JobSpec& job) { return (*jail)->Run(job); };
  const v1::DoctorReport report =
      Examine(LookAtHost(site->launcher_path, site->rootless), (*jail)->Probe(), line.best_effort, run);
  const int shown = line.json.wanted() ? ShowJson(report) : Show(RenderDoctor(report, (*jail)->Runtimes()));
  if (shown != kExitOk) return shown;
  return report.ready() ? kExitOk : kExitCheckFailed;
}

int SweepCommand(const Context& context) {
  const absl::StatusOr<std::unique_ptr<Jail>> jail = OpenJail(context.line);
  if (!jail.ok()) return ReportUnusable(jail.status(), context.line, context.streams);
  const v1::SweepReport report = (*jail)->Sweep();
  const int shown = context.line.json.wanted() ? ShowJson(report) : Show(RenderSweep(report));
  if (shown != kExitOk) return shown;
  return report.has_failure() ? kExitJail : kExitOk;
}

int ExplainCommand(const Context& context) {
  const absl::StatusOr<v1::ResultRecord> record = ReadRecord(context.line.operands.front());
  if (!record.ok()) {
    Complain(record.status().message());
    return kExitUsage;
  }
  if (context.line.json.wanted()) return ShowJson(*record);
  if (context.line.timeline) return Show(RenderTimeline(*record));
  return Show(context.line.html ? RenderHtml(*record) : RenderRecord(*record));
}

int VersionCommand(const Context& context) {
  const std::vector<BuiltinPart> parts = BuiltinParts();
  return Show(context.line.json.wanted() ? VersionJson(parts) : RenderVersion(parts));
}

int ReadPolicyCommand(const Context& context) { return PolicyCommand(context.line); }
int VerifyLogCommand(const Context& context) { return VerifyCommand(context.line); }
int MakeKeyCommand(const Context& context) { return KeygenCommand(context.line); }

// "jailrun help langs" is "jailrun langs --help".
int HelpCommand(const Context& context) {
  if (context.line.command != Command::kHelp || context.line.operands.empty()) {
    return Show(HelpText(context.line.command));
  }
  const std::string& name = context.line.operands.front();
  for (const CommandName& row : CommandNames()) {
    if (row.name == name) return Show(HelpText(row.command));
  }
  Complain(absl::StrCat("there is no such command", DidYouMeanCommand(name)));
  return kExitUsage;
}

struct NamedCommand {
  Command command;
  int (*run)(const Context& context);
};
constexpr NamedCommand kCommands[] = {
    {Command::kRun, RunCommand},
    {Command::kExec, RunCommand},
    {Command::kLangs, LangsCommand},
    {Command::kDoctor, DoctorCommand},
    {Command::kExplain, ExplainCommand},
    {Command::kSweep, SweepCommand},
    {Command::kVersion, VersionCommand},
    {Command::kHelp, HelpCommand},
    {Command::kPolicy, ReadPolicyCommand},
    {Command::kCompile, RunCommand},
    {Command::kPool, PoolCommand},
    {Command::kCall, RunCall},
    {Command::kExam, RunExam},
    {Command::kVerify, VerifyLogCommand},
    {Command::kKeygen, MakeKeyCommand},
};

int Dispatch(const Context& context) {
  if (context.line.help) return HelpCommand(context);
  for (const NamedCommand& row : kCommands) {
    if (row.command == context.line.command) return row.run(context);
  }
  return kExitUsage;
}

int Main(const std::vector<absl::string_view>& arguments) {
  const StandardStreams streams = MakeProcessSane();
  google::protobuf::SetLogHandler(nullptr);  // It would write to the program's stderr.
  if (arguments.empty()) {
    static_cast<void>(WriteAll(STDERR_FILENO, ShortHelp()));
    return kExitUsage;
  }
  const absl::StatusOr<CommandLine> line = ParseCommandLine(arguments);
  if (line.ok()) return Dispatch({*line, streams});
  Complain(line.status().message());
  return kExitUsage;
}

}  // namespace
}  // namespace jail::cli

int main(int argc, char** argv) {
  // argc may be 0: then there is not even a name to skip.
  const int status = jail::cli::Main(argc < 1 ? std::vector<absl::string_view>()
                                              : std::vector<absl::string_view>(argv + 1, argv + argc));
  // Everything is written: we print with write(2) alone. Destroying the libraries' statics would cost a
  // dozen page faults, and whoever waits for us that long.
  _exit(status);
}
