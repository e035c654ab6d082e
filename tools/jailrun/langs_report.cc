#include "tools/jailrun/langs_report.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "jail/base/text.h"
#include "tools/jailrun/langs.h"
#include "tools/jailrun/table.h"
#include "tools/jailrun/visible.h"

namespace jail::cli {
namespace {

v1::JobSpec VersionJob(const v1::Runtime& runtime, const RootFiles& files) {
  const v1::Runtime::Phase& phase = runtime.has_compile() ? runtime.compile() : runtime.run();
  v1::JobSpec job;
  *job.mutable_command() = runtime.version_argv();
  *job.mutable_command(0) = ProgramHere(runtime, job.command(0), files);
  *job.mutable_limits() = phase.limits();
  for (const auto& [name, value] : phase.env()) {
    if (!absl::StrContains(value, "{"))
      (*job.mutable_env())[name] = value;  // What stands there no job fills in.
  }
  job.set_policy(phase.policy());
  return job;
}

std::string Version(const v1::Runtime& runtime, RunJob run, const RootFiles& files) {
  if (runtime.version_argv().empty()) return "unknown";
  const v1::ResultRecord record = run(VersionJob(runtime, files));
  const v1::PhaseResult* phase = LastPhase(record);
  if (record.verdict() != v1::VERDICT_OK || phase == nullptr) return Visible(record.summary());
  const std::string& text =
      phase->stdout().content().empty() ? phase->stderr().content() : phase->stdout().content();
  const std::vector<absl::string_view> lines = absl::StrSplit(text, absl::MaxSplits('\n', 1));
  return Visible(lines.front());
}

// The first probe: as the smallest program it is also the start-up time.
void TryFirst(const v1::Runtime& runtime, RunJob run, v1::LanguageState* state) {
  if (runtime.probes().empty()) return;
  const v1::Runtime::Probe& probe = runtime.probes(0);
  const v1::ResultRecord record = run(ProbeJob(runtime, probe));
  state->set_start_up_us(record.timeline().total_us());
  const std::string difference = ProbeDifference(probe, record);
  v1::SelfTest& test = *state->mutable_self_test();
  difference.empty() ? test.set_passed(1) : test.set_failed(1);
  if (!difference.empty())
    test.add_failures(absl::StrCat(runtime.name(), ".", probe.name(), ": ", difference));
}

void Answer(const v1::Runtime& runtime, Ask ask, RunJob run, const RootFiles& files,
            v1::LanguageState* state) {
  state->set_version(Version(runtime, run, files));
  if (ask == Ask::kVersions) return;
  TryFirst(runtime, run, state);
  if (ask == Ask::kEverything)
    *state->mutable_self_test() = CheckLang(
        runtime, run, [](absl::string_view) {}, files);
}

void DescribeVariants(const v1::Runtime& runtime, const RootFiles& files, v1::LanguageState* state) {
  for (const v1::Runtime::Variant& variant : runtime.variants()) {
    v1::VariantState& row = *state->add_variants();
    row.set_name(variant.name());
    row.set_description(variant.description());
    row.set_lacks(VariantLacks(runtime, variant, files));
    row.set_installed(row.lacks().empty());
  }
}

v1::LanguageState Describe(const v1::Runtime& runtime, const RootFiles& files) {
  v1::LanguageState state;
  state.set_name(runtime.name());
  state.set_display_name(runtime.display_name());
  *state.mutable_aliases() = runtime.aliases();
  *state.mutable_extensions() = runtime.extensions();
  *state.mutable_standards() = runtime.standards();
  state.set_lacks(Lacks(runtime, files));
  state.set_installed(state.lacks().empty());
  state.set_floor_memory_bytes(runtime.floor_memory_bytes());
  state.set_floor_processes(runtime.floor_processes());
  state.set_compile_floor_memory_bytes(runtime.compile_floor_memory_bytes());
  state.set_compile_floor_processes(runtime.compile_floor_processes());
  DescribeVariants(runtime, files, &state);
  return state;
}

std::string Floor(int64_t bytes, int processes) {
  return bytes == 0 ? "" : absl::StrCat(FormatBytes(bytes), ", ", processes);
}

std::string SelfTestCell(const v1::LanguageState& state) {
  const v1::SelfTest& test = state.self_test();
  if (test.failed() > 0) return absl::StrCat("FAILED: ", Visible(test.failures(0)));
  return test.passed() == 0 ? "" : absl::StrCat("ok (", test.passed(), ")");
}

std::string Cell(const v1::LanguageState& state) {
  if (!state.installed()) return state.lacks();
  return state.version().empty() ? "installed" : state.version();
}

std::string LanguageRows(const v1::LanguageReport& report, bool asked) {
  Table table(0);
  if (!asked) table.Row({"NAME", "LANGUAGE", "ALSO", "FILES", "LEAST MEMORY, PROCESSES", "STATE"});
  if (asked) table.Row({"NAME", "LANGUAGE", "LEAST TO COMPILE", "TO RUN", "START-UP", "TEST", "VERSION"});
  const auto with_dot = [](std::string* out, const std::string& extension) {
    absl::StrAppend(out, ".", extension);
  };
  for (const v1::LanguageState& state : report.languages()) {
    const std::string least = Floor(state.floor_memory_bytes(), state.floor_processes());
    if (!asked) {
      table.Row({state.name(), state.display_name(), absl::StrJoin(state.aliases(), " "),
                 absl::StrJoin(state.extensions(), " ", with_dot), least, Cell(state)});
      continue;
    }
    const std::string start_up =
        state.has_start_up_us() ? FormatElapsed(absl::Microseconds(state.start_up_us())) : "";
    table.Row({state.name(), state.display_name(),
               Floor(state.compile_floor_memory_bytes(), state.compile_floor_processes()), least, start_up,
               SelfTestCell(state), Cell(state)});
  }
  return table.Text();
}

std::string VariantRows(const v1::LanguageReport& report) {
  Table table(0);
  table.Row({"NAME", "--variant", "WHAT", "STATE"});
  bool any = false;
  for (const v1::LanguageState& state : report.languages()) {
    for (const v1::VariantState& variant : state.variants()) {
      table.Row({state.name(), variant.name(), variant.description(),
                 variant.installed() ? "installed" : variant.lacks()});
      any = true;
    }
  }
  return any ? absl::StrCat("\n", table.Text()) : "";
}

}  // namespace

v1::LanguageReport DescribeLangs(const std::vector<const v1::Runtime*>& runtimes, Ask ask, RunJob run,
                                 const RootFiles& files) {
  v1::LanguageReport report;
  for (const v1::Runtime* runtime : runtimes) {
    v1::LanguageState& state = *report.add_languages();
    state = Describe(*runtime, files);
    if (state.installed() && ask != Ask::kNothing) Answer(*runtime, ask, run, files, &state);
  }
  return report;
}

std::string RenderLangs(const v1::LanguageReport& report) {
  bool asked = false;
  for (const v1::LanguageState& state : report.languages()) asked = asked || state.has_self_test();
  return LanguageRows(report, asked) + VariantRows(report);
}

}  // namespace jail::cli
