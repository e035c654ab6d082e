#include "tools/jailrun/limit_lines.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "jail/base/text.h"
#include "tools/jailrun/visible.h"

namespace jail::cli {
namespace {

using v1::PhaseResult;
using Used = std::optional<int64_t>;

// In milliseconds where the limit is, in microseconds here: a measurement is finer than a limit.
Used CpuTime(const PhaseResult& phase) { return phase.usage().cpu_time_us(); }
Used WallTime(const PhaseResult& phase) { return phase.usage().wall_time_us(); }
Used Memory(const PhaseResult& phase) { return phase.usage().memory_peak_bytes(); }
Used Stdout(const PhaseResult& phase) { return phase.stdout().total_bytes(); }
Used Stderr(const PhaseResult& phase) { return phase.stderr().total_bytes(); }
Used Unknown(const PhaseResult&) { return std::nullopt; }

Used Processes(const PhaseResult& phase) {
  if (!phase.usage().has_processes_peak()) return std::nullopt;
  return phase.usage().processes_peak();
}
Used Disk(const PhaseResult& phase) {
  if (!phase.usage().has_disk_bytes()) return std::nullopt;
  return phase.usage().disk_bytes();
}
Used Inodes(const PhaseResult& phase) {
  if (!phase.usage().has_disk_inodes()) return std::nullopt;
  return phase.usage().disk_inodes();
}

Used GraceUsed(const PhaseResult& phase) {
  for (const v1::LimitHit& hit : phase.limit_hits()) {
    if (hit.has_grace()) return hit.grace().used_us();
  }
  return std::nullopt;
}

enum class Unit { kMilliseconds, kBytes, kCount, kMillicores, kBytesPerSecond };

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
    {v1::RESOURCE_CPU_SET, "CPUs", Unit::kCount, Unknown},
    {v1::RESOURCE_IO_READ_BYTES_PER_SECOND, "disk reads", Unit::kBytesPerSecond, Unknown},
    {v1::RESOURCE_IO_WRITE_BYTES_PER_SECOND, "disk writes", Unit::kBytesPerSecond, Unknown},
    {v1::RESOURCE_GRACE_MS, "grace", Unit::kMilliseconds, GraceUsed},
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
    case Unit::kBytesPerSecond:
      return absl::StrCat(FormatBytes(value), "/s");
  }
  return absl::StrCat(value);
}

std::string UsedText(Unit unit, int64_t value) {
  return unit == Unit::kMilliseconds ? FormatMicroseconds(value) : Amount(unit, value);
}

double ShareOf(Unit unit, int64_t used, int64_t limit) {
  const double scale = unit == Unit::kMilliseconds ? 1000 : 1;
  return limit > 0 ? static_cast<double>(used) / (static_cast<double>(limit) * scale) : 0;
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
  if (!limit->cpus().empty()) return Visible(limit->cpus());
  if (limit->effective() == limit->requested()) return Amount(unit, limit->effective());
  return absl::StrCat(Amount(unit, limit->effective()), " (asked: ", Amount(unit, limit->requested()), ")");
}

std::string HitCell(const v1::LimitHit* hit) {
  if (hit == nullptr) return "";
  if (!hit->language_limit().empty()) return absl::StrCat("REACHED ", Visible(hit->language_limit()));
  std::string text = hit->ended_run() ? "REACHED, ended the run" : "REACHED";
  if (hit->events() > 1) absl::StrAppend(&text, ", ", hit->events(), " times");
  if (hit->has_grace() && hit->grace().error_name().empty())
    absl::StrAppend(&text, hit->grace().killed() ? ", SIGTERM did not end it" : ", SIGTERM ended it");
  if (hit->has_overshoot_us()) absl::StrAppend(&text, ", over by ", FormatMicroseconds(hit->overshoot_us()));
  return text;
}

LimitLine MakeLine(const Row& row, const PhaseResult& phase) {
  const v1::LimitReport* limit = FindLimit(phase, row.resource);
  const v1::LimitHit* hit = FindHit(phase, row.resource);
  const Used used = phase.has_usage() ? row.used(phase) : Used();
  LimitLine line;
  line.label = row.label;
  line.limit = LimitCell(row.unit, limit);
  line.hit = HitCell(hit);
  line.known = used.has_value() || hit != nullptr;
  line.limited = limit != nullptr;
  if (limit != nullptr) {
    line.mechanism = Visible(limit->mechanism().empty() ? limit->detail() : limit->mechanism());
  }
  if (!used) return line;
  const int64_t amount = used.value_or(0);
  line.used = UsedText(row.unit, amount);
  if (limit != nullptr) line.share = ShareOf(row.unit, amount, limit->requested());
  return line;
}

}  // namespace

std::vector<LimitLine> LimitLines(const PhaseResult& phase) {
  std::vector<LimitLine> lines;
  for (const Row& row : kRows) lines.push_back(MakeLine(row, phase));
  return lines;
}

}  // namespace jail::cli
