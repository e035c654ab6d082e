#include "tools/jailrun/render.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "jail/base/text.h"
#include "tools/jailrun/render_phase.h"
#include "tools/jailrun/table.h"
#include "tools/jailrun/visible.h"

namespace jail::cli {
namespace {

constexpr size_t kShownSteps = 10;

const char* OriginLabel(v1::Failure::Origin origin) {
  switch (origin) {
    case v1::Failure::ORIGIN_CALLER:
      return "the request; change it";
    case v1::Failure::ORIGIN_HOST:
      return "this machine's set-up; an administrator's work (jailrun doctor)";
    case v1::Failure::ORIGIN_JAIL:
      return "a defect of jailrun; please report it with this record";
    default:
      return "unknown";
  }
}

std::string ModeLabel(const v1::Isolation& isolation) {
  if (isolation.mode() == v1::Isolation::MODE_ROOTLESS)
    return "rootless: the program ran as the caller's own uid";
  if (isolation.mode() != v1::Isolation::MODE_PRIVILEGED) return "unknown mode";
  if (isolation.host_uid() == 0) return "privileged";
  return absl::StrCat("privileged: the program ran as uid ", isolation.host_uid(), " of the host");
}

// Rows whose second cell is empty say nothing, so they are left out.
class Facts {
 public:
  void Add(const char* name, const std::string& value) {
    if (!value.empty()) table_.Row({name, Visible(value)});
  }
  std::string Text() const { return table_.Text(); }

 private:
  Table table_{2};
};

std::string WithHash(const std::string& name, const std::string& sha256) {
  if (sha256.empty()) return name;
  return absl::StrCat(name, name.empty() ? "" : ", ", "sha256 ", absl::BytesToHexString(sha256));
}

std::string WithBuildId(const v1::Provenance& from) {
  if (from.runtime_build_id().empty()) return from.runtime_program();
  return absl::StrCat(from.runtime_program(), ", build id ", absl::BytesToHexString(from.runtime_build_id()));
}

std::string RenderProvenance(const v1::ResultRecord& record) {
  const v1::Provenance& from = record.provenance();
  Facts facts;
  facts.Add("job", record.job_id());
  facts.Add("jailrun", from.jail_version());
  facts.Add("kernel", from.kernel_release());
  const bool versioned = !from.runtime().empty();
  facts.Add("language",
            versioned ? absl::StrCat(from.language(), " (", from.runtime(), ")") : from.language());
  facts.Add("variant", from.variant());
  facts.Add("standard", from.standard());
  facts.Add("its program", WithBuildId(from));
  facts.Add("policy", WithHash(from.policy(), from.policy_sha256()));
  const bool image = from.root().kind() == v1::Provenance::Root::KIND_IMAGE;
  facts.Add("root", image ? WithHash(absl::StrCat("image ", from.rootfs()), from.root().sha256())
                          : WithHash(from.rootfs(), from.rootfs_sha256()));
  facts.Add("source", WithHash("", from.source_sha256()));
  facts.Add("plan", WithHash("", from.plan_sha256()));
  if (record.timeline().started_unix_us() > 0) {
    facts.Add("started", absl::FormatTime("%Y-%m-%d %H:%M:%E3S UTC",
                                          absl::FromUnixMicros(record.timeline().started_unix_us()),
                                          absl::UTCTimeZone()));
  }
  return absl::StrCat("What ran\n", facts.Text());
}

std::string RenderArtifacts(const v1::ResultRecord& record) {
  if (record.artifacts().empty()) return "";
  Table table(2);
  for (const v1::Artifact& artifact : record.artifacts()) {
    table.Row({Visible(artifact.path()), FormatBytes(artifact.total_bytes()),
               artifact.truncated() ? "truncated" : ""});
  }
  return absl::StrCat("Files returned\n", table.Text(), "\n");
}

// Without supervise, which is the program's own time.
std::vector<v1::StepTime> LongestSteps(const v1::Timeline& timeline) {
  std::vector<v1::StepTime> steps;
  for (const v1::StepTime& step : timeline.steps()) {
    if (step.step() != "supervise") steps.push_back(step);
  }
  std::stable_sort(steps.begin(), steps.end(), [](const v1::StepTime& a, const v1::StepTime& b) {
    return a.duration_us() > b.duration_us();
  });
  if (steps.size() > kShownSteps) steps.resize(kShownSteps);
  return steps;
}

bool WasParked(const v1::ResultRecord& record) {
  return !record.phases().empty() && record.phases().rbegin()->start() == v1::PhaseResult::START_PARKED;
}

std::string RenderTimeline(const v1::Timeline& timeline, bool parked) {
  std::string text =
      absl::StrCat("Time: resolve ", FormatMicroseconds(timeline.resolve_us()), ", set-up ",
                   FormatMicroseconds(timeline.setup_us()), parked ? " (in a jail that was ready)" : "",
                   ", total ", FormatMicroseconds(timeline.total_us()),
                   timeline.steps().empty() ? "" : "; longest steps around the program", "\n");
  const std::vector<v1::StepTime> steps = LongestSteps(timeline);
  Table table(2);
  for (const v1::StepTime& step : steps) {
    table.Row({Visible(step.phase()), Visible(step.step()), FormatMicroseconds(step.duration_us())});
  }
  return text + table.Text();
}

std::string RenderPhases(const v1::ResultRecord& record, Detail detail) {
  std::string text;
  for (const v1::PhaseResult& phase : record.phases())
    absl::StrAppend(&text, RenderPhase(phase, detail), "\n");
  return text;
}

// "Isolation: 20 layers enforced, 1 unavailable (landlock)".
std::string RenderIsolationInShort(const v1::Isolation& isolation) {
  int enforced = 0;
  std::string missing;
  for (const v1::Isolation::Layer& layer : isolation.layers()) {
    if (layer.state() == v1::Isolation::STATE_ENFORCED) ++enforced;
    if (layer.state() != v1::Isolation::STATE_UNAVAILABLE) continue;
    absl::StrAppend(&missing, missing.empty() ? "; UNAVAILABLE: " : ", ",
                    ProtectionLabel(layer.protection()));
  }
  return absl::StrCat("Isolation: ", enforced, " layers enforced", missing, "; ", ModeLabel(isolation), "\n");
}

std::string RenderCleanup(const v1::Cleanup& cleanup) {
  if (cleanup.state() == v1::Cleanup::STATE_UNSPECIFIED) return "";
  const bool clean = cleanup.state() == v1::Cleanup::STATE_CLEAN;
  Facts facts;
  facts.Add("left behind",
            clean ? "nothing" : "NOT EVERYTHING WAS REMOVED; the next run or jailrun sweep will");
  if (cleanup.has_processes_killed()) facts.Add("processes killed", absl::StrCat(cleanup.processes_killed()));
  facts.Add("groups removed", absl::StrCat(cleanup.groups_removed()));
  facts.Add("namespaces", cleanup.namespaces_gone() ? "gone, and every mount with them" : "not seen to go");
  if (cleanup.dead_runs_swept() > 0) facts.Add("killed runs swept", absl::StrCat(cleanup.dead_runs_swept()));
  facts.Add("failed step", cleanup.step());
  facts.Add("errno", cleanup.error_name());
  facts.Add("on", cleanup.detail());
  return absl::StrCat("Clean-up\n", facts.Text());
}

std::string LabelOf(absl::string_view name, absl::string_view prefix) {
  absl::ConsumePrefix(&name, prefix);
  return absl::StrReplaceAll(name, {{"_", " "}});
}

}  // namespace

std::string ProtectionLabel(v1::Protection protection) {
  return absl::AsciiStrToLower(LabelOf(v1::Protection_Name(protection), "PROTECTION_"));
}

const char* StateLabel(v1::Isolation::State state) {
  switch (state) {
    case v1::Isolation::STATE_ENFORCED:
      return "enforced";
    case v1::Isolation::STATE_UNAVAILABLE:
      return "UNAVAILABLE";
    case v1::Isolation::STATE_NOT_REQUESTED:
      return "not requested";
    default:
      return "unknown";
  }
}

std::string VerdictLabel(v1::Verdict verdict) {
  const std::string& name = v1::Verdict_Name(verdict);
  return name.empty() ? "UNKNOWN VERDICT" : LabelOf(name, "VERDICT_");
}

std::string RenderVerdict(const v1::ResultRecord& record) {
  return absl::StrCat(VerdictLabel(record.verdict()), ": ", Visible(record.summary()), "\n");
}

std::string RenderFailure(const v1::ResultRecord& record) {
  if (!record.has_failure()) return "";
  const v1::Failure& failure = record.failure();
  Facts facts;
  facts.Add("cause", OriginLabel(failure.origin()));
  facts.Add("step", failure.step());
  facts.Add("on", failure.subject());
  facts.Add("field", failure.field());
  if (failure.error_number() != 0) {
    facts.Add("errno", absl::StrCat(failure.error_name(), " (", failure.error_number(), ")"));
  }
  facts.Add("message", failure.message());
  facts.Add("what to do", failure.hint());
  if (failure.retryable()) facts.Add("retry", "may help");
  return absl::StrCat("Failure\n", facts.Text());
}

std::string RenderIsolation(const v1::Isolation& isolation) {
  if (isolation.layers().empty()) return "";
  Table table(2);
  for (const v1::Isolation::Layer& layer : isolation.layers()) {
    const bool open = layer.state() == v1::Isolation::STATE_UNAVAILABLE && layer.requested();
    table.Row({ProtectionLabel(layer.protection()), open ? "MISSING" : StateLabel(layer.state()),
               layer.verified() ? "read back" : "", Visible(layer.mechanism()), Visible(layer.detail())});
  }
  return absl::StrCat("Isolation, ", ModeLabel(isolation), "\n", table.Text());
}

std::string RenderSummary(const v1::ResultRecord& record) {
  std::string text = RenderVerdict(record);
  text += RenderFailure(record);
  for (const v1::PhaseResult& phase : record.phases()) text += RenderPhase(phase, Detail::kShort);
  if (!record.isolation().layers().empty()) text += RenderIsolationInShort(record.isolation());
  if (record.has_timeline()) {
    absl::StrAppend(&text, "Set-up ", FormatMicroseconds(record.timeline().setup_us()), ", total ",
                    FormatMicroseconds(record.timeline().total_us()), "\n");
  }
  return text;
}

std::string RenderRecord(const v1::ResultRecord& record) {
  std::string text = absl::StrCat(RenderVerdict(record), "\n");
  if (record.has_failure()) absl::StrAppend(&text, RenderFailure(record), "\n");
  absl::StrAppend(&text, RenderPhases(record, Detail::kFull), RenderArtifacts(record));
  if (!record.isolation().layers().empty()) absl::StrAppend(&text, RenderIsolation(record.isolation()), "\n");
  absl::StrAppend(&text, RenderProvenance(record), "\n");
  if (record.has_timeline()) text += RenderTimeline(record.timeline(), WasParked(record));
  if (record.has_cleanup()) absl::StrAppend(&text, "\n", RenderCleanup(record.cleanup()));
  return text;
}

}  // namespace jail::cli
