#include "tools/jailrun/langs.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "tools/jailrun/job.h"
#include "tools/jailrun/render.h"

namespace jail::cli {
namespace {

using Runtimes = std::vector<const v1::Runtime*>;

// A compiled program's own argv begins with what the compiler made: /app/... or a placeholder.
bool IsHostPath(absl::string_view program) {
  return absl::StartsWith(program, "/") && !absl::StartsWith(program, "/app/") &&
         !absl::StrContains(program, "{");
}

std::string NotInTheImage(const std::vector<std::string>& missing) {
  return absl::StrCat("not in this image: no ", absl::StrJoin(missing, ", "));
}

std::string NotInstalled(const v1::Runtime& runtime, const std::vector<std::string>& missing,
                         const RootFiles& files) {
  if (files.image) return NotInTheImage(missing);
  return absl::StrCat(
      "not installed: no ", absl::StrJoin(missing, ", "),
      runtime.has_install() ? absl::StrCat(" (as root: jailrun langs install ", runtime.name(), ")") : "");
}

const v1::Runtime::Variant* FindVariant(const v1::Runtime& runtime, absl::string_view name) {
  for (const v1::Runtime::Variant& variant : runtime.variants()) {
    if (variant.name() == name) return &variant;
  }
  return nullptr;
}

void AddResult(const std::string& name, const std::string& difference, v1::SelfTest& tally) {
  if (difference.empty()) {
    tally.set_passed(tally.passed() + 1);
    return;
  }
  tally.set_failed(tally.failed() + 1);
  tally.add_failures(absl::StrCat(name, ": ", difference));
}

void CheckProbe(const v1::Runtime& runtime, const v1::Runtime::Probe& probe, RunJob run, Print print,
                const RootFiles& files, v1::SelfTest& tally) {
  v1::JobSpec job = ProbeJob(runtime, probe);
  // The floors are the host's: a jail in an image has a file system of its own, whose pages are its own
  // memory.
  if (files.image) job.clear_limits();
  if (files.image) job.clear_compile_limits();
  const v1::ResultRecord record = run(job);
  const std::string difference = ProbeDifference(probe, record);
  AddResult(absl::StrCat(runtime.name(), ".", probe.name()), difference, tally);
  const std::string elapsed = FormatElapsed(absl::Microseconds(record.timeline().total_us()));
  print(absl::StrCat(difference.empty() ? "ok    " : "FAIL  ", runtime.name(), ".", probe.name(), "  ",
                     elapsed, difference.empty() ? "" : "  ", difference, "\n"));
  if (!difference.empty()) print(RenderFailure(record));
}

void CheckRuntime(const v1::Runtime& runtime, RunJob run, Print print, const RootFiles& files,
                  v1::SelfTest& tally) {
  const std::vector<std::string> missing = MissingTools(runtime, files);
  if (!missing.empty() && runtime.install().on_request()) {
    print(absl::StrCat("left   ", runtime.name(), "  ", NotInstalled(runtime, missing, files), "\n"));
    return;
  }
  if (!missing.empty() || runtime.probes().empty()) {
    const std::string why = missing.empty() ? "it brings no probe" : NotInstalled(runtime, missing, files);
    AddResult(runtime.name(), why, tally);
    print(absl::StrCat("FAIL  ", runtime.name(), "  ", why, "\n"));
    return;
  }
  for (const v1::Runtime::Probe& probe : runtime.probes()) {
    const v1::Runtime::Variant* variant = FindVariant(runtime, probe.variant());
    const std::string lacks = variant == nullptr ? "" : VariantLacks(runtime, *variant, files);
    if (lacks.empty()) CheckProbe(runtime, probe, run, print, files, tally);
    if (!lacks.empty()) print(absl::StrCat("left   ", runtime.name(), ".", probe.name(), "  ", lacks, "\n"));
  }
}

}  // namespace

const std::string& ProgramHere(const v1::Runtime& runtime, const std::string& program,
                               const RootFiles& files) {
  if (files.can_execute(program)) return program;
  for (const v1::Runtime::Choice& choice : runtime.choices()) {
    if (choice.program() != program) continue;
    const auto found = absl::c_find_if(choice.otherwise(), files.can_execute);
    if (found != choice.otherwise().end()) return *found;
  }
  return program;
}

std::string Lacks(const v1::Runtime& runtime, const RootFiles& files) {
  const std::vector<std::string> missing = MissingTools(runtime, files);
  return missing.empty() ? "" : NotInstalled(runtime, missing, files);
}

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

std::vector<std::string> MissingTools(const v1::Runtime& runtime, const RootFiles& files) {
  std::vector<std::string> missing;
  for (const v1::Runtime::Phase* phase : {&runtime.compile(), &runtime.run()}) {
    if (phase->argv().empty() || !IsHostPath(phase->argv(0))) continue;
    if (!files.can_execute(ProgramHere(runtime, phase->argv(0), files))) missing.push_back(phase->argv(0));
  }
  for (const std::string& needed : runtime.install().needs()) {
    if (!files.can_execute(needed)) missing.push_back(needed);
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

std::string VariantLacks(const v1::Runtime& runtime, const v1::Runtime::Variant& variant,
                         const RootFiles& files) {
  std::vector<std::string> missing;
  for (const v1::Runtime::Phase* phase : {&variant.compile(), &variant.run()}) {
    if (phase->argv().empty() || !IsHostPath(phase->argv(0))) continue;
    if (!files.can_execute(phase->argv(0))) missing.push_back(phase->argv(0));
  }
  for (const std::string& file : variant.needs()) {
    if (!files.has(file)) missing.push_back(file);
  }
  if (missing.empty()) return "";
  if (files.image) return NotInTheImage(missing);
  std::vector<std::string> cures;
  if (!variant.packages().empty())
    cures.push_back(absl::StrCat("apt-get install ", absl::StrJoin(variant.packages(), " ")));
  if (runtime.install().prepared() || variant.packages().empty())
    cures.push_back(absl::StrCat("jailrun langs install ", runtime.name()));
  return absl::StrCat("not installed: no ", absl::StrJoin(missing, ", "),
                      "; as root: ", absl::StrJoin(cures, ", then "));
}

v1::SelfTest CheckLang(const v1::Runtime& runtime, RunJob run, Print print, const RootFiles& files) {
  v1::SelfTest tally;
  CheckRuntime(runtime, run, print, files, tally);
  return tally;
}

bool CheckLangs(const Runtimes& runtimes, RunJob run, Print print, const RootFiles& files) {
  v1::SelfTest all;
  for (const v1::Runtime* runtime : runtimes) {
    const v1::SelfTest one = CheckLang(*runtime, run, print, files);
    all.set_passed(all.passed() + one.passed());
    all.set_failed(all.failed() + one.failed());
  }
  print(absl::StrCat(all.passed(), " passed, ", all.failed(), " failed\n"));
  return all.failed() == 0 && all.passed() > 0;
}

}  // namespace jail::cli
