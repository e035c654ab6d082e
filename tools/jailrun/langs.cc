#include "tools/jailrun/langs.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "tools/jailrun/job.h"
#include "tools/jailrun/render.h"
#include "tools/jailrun/table.h"
#include "tools/jailrun/visible.h"

namespace jail::cli {
namespace {

using Runtimes = std::vector<const v1::Runtime*>;

// A compiled program's own argv begins with what the compiler made: /app/... or a placeholder.
bool IsHostPath(absl::string_view program) {
  return absl::StartsWith(program, "/") && !absl::StartsWith(program, "/app/") &&
         !absl::StrContains(program, "{");
}

bool IsExecutable(const std::string& path) { return access(path.c_str(), X_OK) == 0; }

// As Resolve chooses: the program itself when neither it nor a stand-in is there.
const std::string& FirstThere(const v1::Runtime& runtime, const std::string& program) {
  if (IsExecutable(program)) return program;
  for (const v1::Runtime::Choice& choice : runtime.choices()) {
    if (choice.program() != program) continue;
    const auto found = absl::c_find_if(choice.otherwise(), IsExecutable);
    if (found != choice.otherwise().end()) return *found;
  }
  return program;
}

std::string NotInstalled(const v1::Runtime& runtime, const std::vector<std::string>& missing) {
  return absl::StrCat(
      "not installed: no ", absl::StrJoin(missing, ", "),
      runtime.has_install() ? absl::StrCat(" (as root: jailrun langs install ", runtime.name(), ")") : "");
}

const v1::PhaseResult* LastPhase(const v1::ResultRecord& record) {
  return record.phases().empty() ? nullptr : &record.phases(record.phases_size() - 1);
}

v1::JobSpec VersionJob(const v1::Runtime& runtime) {
  const v1::Runtime::Phase& phase = runtime.has_compile() ? runtime.compile() : runtime.run();
  v1::JobSpec job;
  *job.mutable_command() = runtime.version_argv();
  *job.mutable_command(0) = FirstThere(runtime, job.command(0));
  *job.mutable_limits() = phase.limits();
  job.mutable_env()->insert(phase.env().begin(), phase.env().end());
  job.set_policy(phase.policy());
  return job;
}

std::string Version(const v1::Runtime& runtime, RunJob run) {
  if (runtime.version_argv().empty()) return "unknown";
  const v1::ResultRecord record = run(VersionJob(runtime));
  const v1::PhaseResult* phase = LastPhase(record);
  if (record.verdict() != v1::VERDICT_OK || phase == nullptr) return Visible(record.summary());
  const std::string& text =
      phase->stdout().content().empty() ? phase->stderr().content() : phase->stdout().content();
  const std::vector<absl::string_view> lines = absl::StrSplit(text, absl::MaxSplits('\n', 1));
  return Visible(lines.front());
}

std::string State(const v1::Runtime& runtime, bool versions, RunJob run) {
  const std::vector<std::string> missing = MissingTools(runtime);
  if (!missing.empty()) return NotInstalled(runtime, missing);
  return versions ? Version(runtime, run) : "installed";
}

v1::Verdict ExpectedVerdict(const v1::Runtime::Probe& probe) {
  v1::Verdict verdict = v1::VERDICT_UNSPECIFIED;
  if (v1::Verdict_Parse(probe.expected_verdict(), &verdict)) return verdict;
  return probe.expected_exit_code() == 0 ? v1::VERDICT_OK : v1::VERDICT_NONZERO_EXIT;
}

v1::JobSpec ProbeJob(const v1::Runtime& runtime, const v1::Runtime::Probe& probe) {
  v1::JobSpec job;
  job.set_language(runtime.name());
  v1::SourceFile* file = job.add_files();
  file->set_path(probe.path().empty() ? runtime.default_path() : probe.path());
  file->set_content(probe.source());
  job.mutable_files()->MergeFrom(probe.files());
  job.set_variant(probe.variant());
  job.set_standard(probe.standard());
  *job.mutable_args() = probe.args();
  job.set_stdin(probe.stdin());
  if (probe.at_memory_floor()) job.mutable_limits()->set_memory_bytes(runtime.floor_memory_bytes());
  return job;
}

// Empty when the record is what the probe expects; otherwise the first difference.
std::string Difference(const v1::Runtime::Probe& probe, const v1::ResultRecord& record) {
  const v1::Verdict expected = ExpectedVerdict(probe);
  if (record.verdict() != expected) {
    return absl::StrCat("expected ", VerdictLabel(expected), " but got ", VerdictLabel(record.verdict()),
                        ": ", Visible(record.summary()));
  }
  const v1::PhaseResult* phase = LastPhase(record);
  if (phase == nullptr) return "the record has no phase";
  // The program's own, whatever jailrun would make of it for a limit; a signal is 128 and its number.
  const int status = phase->has_term_signal() ? 128 + phase->term_signal() : phase->exit_code();
  const bool ended_by_itself = expected == v1::VERDICT_OK || expected == v1::VERDICT_NONZERO_EXIT;
  const bool compares_status = ended_by_itself || probe.expected_exit_code() != 0;
  if (compares_status && status != probe.expected_exit_code()) {
    return absl::StrCat("expected exit status ", probe.expected_exit_code(), " but got ", status);
  }
  if (!absl::StrContains(phase->stderr().content(), probe.expected_stderr_part())) {
    return absl::StrCat("expected ", Quoted(probe.expected_stderr_part()), " on standard error but got ",
                        Quoted(phase->stderr().content()));
  }
  if (!absl::StrContains(record.summary(), probe.expected_summary())) {
    return absl::StrCat("expected a summary with ", Quoted(probe.expected_summary()), " but got ",
                        Quoted(record.summary()));
  }
  const bool compares_output = ended_by_itself || !probe.expected_stdout().empty();
  if (!compares_output || phase->stdout().content() == probe.expected_stdout()) return "";
  return absl::StrCat("expected output ", Quoted(probe.expected_stdout()), " but got ",
                      Quoted(phase->stdout().content()));
}

const v1::Runtime::Variant* FindVariant(const v1::Runtime& runtime, absl::string_view name) {
  for (const v1::Runtime::Variant& variant : runtime.variants()) {
    if (variant.name() == name) return &variant;
  }
  return nullptr;
}

std::string VariantRows(const Runtimes& runtimes) {
  Table table(0);
  table.Row({"NAME", "--variant", "WHAT", "STATE"});
  bool any = false;
  for (const v1::Runtime* runtime : runtimes) {
    for (const v1::Runtime::Variant& variant : runtime->variants()) {
      const std::string lacks = VariantLacks(*runtime, variant);
      table.Row(
          {runtime->name(), variant.name(), variant.description(), lacks.empty() ? "installed" : lacks});
      any = true;
    }
  }
  return any ? absl::StrCat("\n", table.Text()) : "";
}

struct Tally {
  int passed = 0;
  int failed = 0;
};

void CheckProbe(const v1::Runtime& runtime, const v1::Runtime::Probe& probe, RunJob run, Print print,
                Tally& tally) {
  const v1::ResultRecord record = run(ProbeJob(runtime, probe));
  const std::string difference = Difference(probe, record);
  ++(difference.empty() ? tally.passed : tally.failed);
  const std::string elapsed = FormatElapsed(absl::Microseconds(record.timeline().total_us()));
  print(absl::StrCat(difference.empty() ? "ok    " : "FAIL  ", runtime.name(), ".", probe.name(), "  ",
                     elapsed, difference.empty() ? "" : "  ", difference, "\n"));
  if (!difference.empty()) print(RenderFailure(record));
}

void CheckRuntime(const v1::Runtime& runtime, RunJob run, Print print, Tally& tally) {
  const std::vector<std::string> missing = MissingTools(runtime);
  if (!missing.empty() && runtime.install().on_request()) {
    print(absl::StrCat("left   ", runtime.name(), "  ", NotInstalled(runtime, missing), "\n"));
    return;
  }
  if (!missing.empty() || runtime.probes().empty()) {
    ++tally.failed;
    const std::string why = missing.empty() ? "it brings no probe" : NotInstalled(runtime, missing);
    print(absl::StrCat("FAIL  ", runtime.name(), "  ", why, "\n"));
    return;
  }
  for (const v1::Runtime::Probe& probe : runtime.probes()) {
    const v1::Runtime::Variant* variant = FindVariant(runtime, probe.variant());
    const std::string lacks = variant == nullptr ? "" : VariantLacks(runtime, *variant);
    if (lacks.empty()) CheckProbe(runtime, probe, run, print, tally);
    if (!lacks.empty()) print(absl::StrCat("left   ", runtime.name(), ".", probe.name(), "  ", lacks, "\n"));
  }
}

}  // namespace

absl::StatusOr<Runtimes> PickRuntimes(const v1::RuntimeCatalog& catalog,
                                      const std::vector<std::string>& names) {
  Runtimes picked;
  for (const std::string& name : names) {
    JAIL_ASSIGN_OR_RETURN(const v1::Runtime* runtime, FindRuntime(catalog, name));
    picked.push_back(runtime);
  }
  if (!names.empty()) return picked;
  for (const v1::Runtime& runtime : catalog.runtimes()) picked.push_back(&runtime);
  return picked;
}

absl::StatusOr<Runtimes> PickToInstall(const v1::RuntimeCatalog& catalog,
                                       const std::vector<std::string>& names) {
  JAIL_ASSIGN_OR_RETURN(Runtimes picked, PickRuntimes(catalog, names));
  const auto is_on_request = [](const v1::Runtime* runtime) { return runtime->install().on_request(); };
  if (names.empty()) picked.erase(std::remove_if(picked.begin(), picked.end(), is_on_request), picked.end());
  return picked;
}

std::vector<std::string> MissingTools(const v1::Runtime& runtime) {
  std::vector<std::string> missing;
  for (const v1::Runtime::Phase* phase : {&runtime.compile(), &runtime.run()}) {
    if (phase->argv().empty() || !IsHostPath(phase->argv(0))) continue;
    if (!IsExecutable(FirstThere(runtime, phase->argv(0)))) missing.push_back(phase->argv(0));
  }
  for (const std::string& needed : runtime.install().needs()) {
    if (!IsExecutable(needed)) missing.push_back(needed);
  }
  return missing;
}

std::vector<std::string> InstallArguments(const Runtimes& runtimes) {
  std::vector<std::string> arguments;
  const auto add = [&arguments](absl::string_view kind, const std::string& name) {
    std::string argument = absl::StrCat(kind, name);
    if (!absl::c_linear_search(arguments, argument)) arguments.push_back(std::move(argument));
  };
  for (const v1::Runtime* runtime : runtimes) {
    for (const std::string& name : runtime->install().debian_packages()) add("debian:", name);
    for (const std::string& name : runtime->install().toolchains()) add("toolchain:", name);
    if (runtime->install().prepared()) add("prepare:", runtime->name());
  }
  return arguments;
}

std::string VariantLacks(const v1::Runtime& runtime, const v1::Runtime::Variant& variant) {
  std::vector<std::string> missing;
  for (const v1::Runtime::Phase* phase : {&variant.compile(), &variant.run()}) {
    if (phase->argv().empty() || !IsHostPath(phase->argv(0))) continue;
    if (access(phase->argv(0).c_str(), X_OK) != 0) missing.push_back(phase->argv(0));
  }
  for (const std::string& file : variant.needs()) {
    if (access(file.c_str(), F_OK) != 0) missing.push_back(file);
  }
  if (missing.empty()) return "";
  const std::string then =
      runtime.install().prepared() ? absl::StrCat(", then jailrun langs install ", runtime.name()) : "";
  return absl::StrCat("not installed: no ", absl::StrJoin(missing, ", "), "; as root: apt-get install ",
                      absl::StrJoin(variant.packages(), " "), then);
}

std::string RenderLangs(const Runtimes& runtimes, bool versions, RunJob run) {
  Table table(0);
  table.Row({"NAME", "LANGUAGE", "ALSO", "FILES", versions ? "VERSION" : "STATE"});
  for (const v1::Runtime* runtime : runtimes) {
    const auto with_dot = [](std::string* out, const std::string& extension) {
      absl::StrAppend(out, ".", extension);
    };
    table.Row({runtime->name(), runtime->display_name(), absl::StrJoin(runtime->aliases(), " "),
               absl::StrJoin(runtime->extensions(), " ", with_dot), State(*runtime, versions, run)});
  }
  return table.Text() + VariantRows(runtimes);
}

bool CheckLangs(const Runtimes& runtimes, RunJob run, Print print) {
  Tally tally;
  for (const v1::Runtime* runtime : runtimes) CheckRuntime(*runtime, run, print, tally);
  print(absl::StrCat(tally.passed, " passed, ", tally.failed, " failed\n"));
  return tally.failed == 0 && tally.passed > 0;
}

}  // namespace jail::cli
