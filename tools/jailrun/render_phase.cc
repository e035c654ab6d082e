#include "tools/jailrun/render_phase.h"

#include <string.h>

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "jail/base/text.h"
#include "tools/jailrun/render.h"
#include "tools/jailrun/table.h"
#include "tools/jailrun/visible.h"

namespace jail::cli {
namespace {

using v1::PhaseResult;
using Used = std::optional<std::string>;

std::string Microseconds(int64_t us) { return FormatElapsed(absl::Microseconds(us)); }

Used CpuTime(const PhaseResult& phase) { return Microseconds(phase.usage().cpu_time_us()); }
Used WallTime(const PhaseResult& phase) { return Microseconds(phase.usage().wall_time_us()); }
Used Memory(const PhaseResult& phase) { return FormatBytes(phase.usage().memory_peak_bytes()); }
Used Stdout(const PhaseResult& phase) { return FormatBytes(phase.stdout().total_bytes()); }
Used Stderr(const PhaseResult& phase) { return FormatBytes(phase.stderr().total_bytes()); }
Used Unknown(const PhaseResult&) { return std::nullopt; }

Used Processes(const PhaseResult& phase) {
  if (!phase.usage().has_processes_peak()) return std::nullopt;
  return absl::StrCat(phase.usage().processes_peak());
}
Used Disk(const PhaseResult& phase) {
  if (!phase.usage().has_disk_bytes()) return std::nullopt;
  return FormatBytes(phase.usage().disk_bytes());
}
Used Inodes(const PhaseResult& phase) {
  if (!phase.usage().has_disk_inodes()) return std::nullopt;
  return absl::StrCat(phase.usage().disk_inodes());
}

enum class Unit { kMilliseconds, kBytes, kCount, kMillicores };

struct Row {
  v1::Resource resource;
  const char* label;
  Unit unit;
  Used (*used)(const PhaseResult& phase);
};

constexpr Row kRows[] = {
    {v1::RESOURCE_CPU_TIME_MS, "CPU time", Unit::kMilliseconds, CpuTime},
    {v1::RESOURCE_WALL_TIME_MS, "wall time", Unit::kMilliseconds, WallTime},
    {v1::RESOURCE_IDLE_TIME_MS, "idle time", Unit::kMilliseconds, Unknown},
    {v1::RESOURCE_MEMORY_BYTES, "memory", Unit::kBytes, Memory},
    {v1::RESOURCE_PROCESSES, "processes", Unit::kCount, Processes},
    {v1::RESOURCE_STDOUT_BYTES, "stdout", Unit::kBytes, Stdout},
    {v1::RESOURCE_STDERR_BYTES, "stderr", Unit::kBytes, Stderr},
    {v1::RESOURCE_DISK_BYTES, "disk", Unit::kBytes, Disk},
    {v1::RESOURCE_DISK_INODES, "files on disk", Unit::kCount, Inodes},
    {v1::RESOURCE_CPU_MILLICORES, "CPU rate", Unit::kMillicores, Unknown},
    {v1::RESOURCE_FILE_BYTES, "size of a file", Unit::kBytes, Unknown},
    {v1::RESOURCE_OPEN_FILES, "open files", Unit::kCount, Unknown},
    {v1::RESOURCE_STACK_BYTES, "stack", Unit::kBytes, Unknown},
};

std::string Amount(Unit unit, int64_t value) {
  switch (unit) {
    case Unit::kMilliseconds:
      return FormatLimit(absl::Milliseconds(value));
    case Unit::kBytes:
      return FormatBytes(value);
    case Unit::kCount:
      return absl::StrCat(value);
    case Unit::kMillicores:
      return FormatMillicores(value);
  }
  return absl::StrCat(value);
}

const v1::LimitReport* FindLimit(const PhaseResult& phase, v1::Resource resource) {
  for (const v1::LimitReport& limit : phase.limits()) {
    if (limit.resource() == resource) return &limit;
  }
  return nullptr;
}

const v1::LimitHit* FindHit(const PhaseResult& phase, v1::Resource resource) {
  for (const v1::LimitHit& hit : phase.limit_hits()) {
    if (hit.resource() == resource) return &hit;
  }
  return nullptr;
}

std::string LimitCell(Unit unit, const v1::LimitReport* limit) {
  if (limit == nullptr) return "-";
  // A mechanism without a figure read back is a stand-in: a sampler, an rlimit for a cgroup.
  const bool stands_in = !limit->has_effective() && !limit->mechanism().empty();
  if (stands_in) return absl::StrCat(Amount(unit, limit->requested()), " (stand-in)");
  if (!limit->has_effective()) return absl::StrCat(Amount(unit, limit->requested()), " NOT ENFORCED");
  if (limit->effective() == limit->requested()) return Amount(unit, limit->effective());
  return absl::StrCat(Amount(unit, limit->effective()), " (asked: ", Amount(unit, limit->requested()), ")");
}

std::string HitCell(const v1::LimitHit* hit) {
  if (hit == nullptr) return "";
  std::string text = hit->ended_run() ? "REACHED, ended the run" : "REACHED";
  if (hit->events() > 1) absl::StrAppend(&text, ", ", hit->events(), " times");
  if (hit->has_overshoot_us()) absl::StrAppend(&text, ", gone ", Microseconds(hit->overshoot_us()), " later");
  return text;
}

std::string Ending(const PhaseResult& phase) {
  switch (phase.exit_case()) {
    case PhaseResult::kExitCode:
      return absl::StrCat("exit status ", phase.exit_code());
    case PhaseResult::kTermSignal: {
      const char* name = sigabbrev_np(phase.term_signal());
      return absl::StrCat("signal ", phase.term_signal(),
                          name == nullptr ? "" : absl::StrCat(" (SIG", name, ")"));
    }
    case PhaseResult::EXIT_NOT_SET:
      return "no exit status";
  }
  return "no exit status";
}

std::string Argument(uint64_t value) { return absl::StrFormat("%#x", value); }

std::string RenderViolations(const PhaseResult& phase) {
  if (phase.violations().empty()) return "";
  Table table(4);
  for (const v1::SyscallViolation& violation : phase.violations()) {
    const std::string arguments =
        absl::StrJoin(violation.args(), ", ", [](std::string* out, uint64_t arg) { *out += Argument(arg); });
    table.Row({absl::StrCat(Visible(violation.syscall()), "(", arguments, ", ...)"),
               absl::StrCat("call ", violation.number(), " of ", Visible(violation.arch())),
               absl::StrCat(violation.count(), violation.count() == 1 ? " time" : " times"),
               absl::StrCat("answered ", Visible(violation.answer()))});
  }
  return absl::StrCat("  denied system calls, ", phase.denied_calls(), " in all\n", table.Text(),
                      "    The policy does not allow these calls; `jailrun version` lists the policies.\n");
}

constexpr int kShownLines = 20;

std::string RenderOutput(const char* name, const v1::Output& output) {
  if (output.total_bytes() == 0) return "";
  std::string text = absl::StrCat("  ", name, ", ", FormatBytes(output.total_bytes()));
  if (output.truncated()) {
    absl::StrAppend(&text, ", of which the first ",
                    FormatBytes(static_cast<int64_t>(output.content().size())), " and the last ",
                    FormatBytes(static_cast<int64_t>(output.tail().size())), " were kept");
  }
  absl::StrAppend(&text, "\n", VisibleLines(output.content(), "    | ", kShownLines));
  if (!output.tail().empty())
    absl::StrAppend(&text, "    ...\n", VisibleLines(output.tail(), "    | ", kShownLines));
  return text;
}

std::string RenderExtraUsage(const v1::Usage& usage) {
  std::string text = absl::StrCat(
      "  user ", Microseconds(usage.user_time_us()), ", system ", Microseconds(usage.system_time_us()),
      "; faults ", usage.minor_faults(), " minor, ", usage.major_faults(), " major; switches ",
      usage.voluntary_switches(), " voluntary, ", usage.forced_switches(), " forced");
  if (usage.has_io_read_bytes() || usage.has_io_write_bytes()) {
    absl::StrAppend(&text, "; read ", FormatBytes(usage.io_read_bytes()), ", wrote ",
                    FormatBytes(usage.io_write_bytes()));
  }
  return text + "\n";
}

}  // namespace

std::string RenderLimits(const PhaseResult& phase, Detail detail) {
  Table table(2);
  table.Row({"", "used", "limit", "enforced by"});
  for (const Row& row : kRows) {
    const v1::LimitReport* limit = FindLimit(phase, row.resource);
    const Used used = phase.has_usage() ? row.used(phase) : std::nullopt;
    const v1::LimitHit* hit = FindHit(phase, row.resource);
    const bool known = used.has_value() || hit != nullptr;
    if (!known && (limit == nullptr || detail == Detail::kShort)) continue;
    table.Row({row.label, used.value_or(""), LimitCell(row.unit, limit),
               limit == nullptr ? "" : Visible(limit->mechanism()), HitCell(hit)});
  }
  return table.Text();
}

std::string RenderPhase(const PhaseResult& phase, Detail detail) {
  const char* name = phase.kind() == PhaseResult::KIND_COMPILE ? "Compile" : "Run";
  std::string text = absl::StrCat(name, ": ", Ending(phase), ", ", VerdictLabel(phase.verdict()), "\n",
                                  RenderLimits(phase, detail));
  if (detail == Detail::kFull) text += RenderExtraUsage(phase.usage());
  text += RenderViolations(phase);
  if (detail == Detail::kShort) return text;
  return absl::StrCat(text, RenderOutput("stdout", phase.stdout()), RenderOutput("stderr", phase.stderr()));
}

}  // namespace jail::cli
