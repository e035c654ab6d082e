#include "jail/watch/floors.h"

#include "absl/strings/str_cat.h"
#include "jail/base/text.h"

namespace jail::watch {
namespace {

std::string Processes(int64_t count) { return absl::StrCat(count, " processes and threads"); }

struct Floor {
  v1::Resource resource;
  int64_t (*floor)(const v1::PhasePlan&);
  int64_t (*limit)(const v1::Limits&);
  std::string (*say)(int64_t amount);
};

constexpr Floor kFloors[] = {
    {v1::RESOURCE_MEMORY_BYTES, [](const v1::PhasePlan& phase) { return phase.floor_memory_bytes(); },
     [](const v1::Limits& limits) { return limits.memory_bytes(); },
     [](int64_t amount) { return FormatBytes(amount); }},
    {v1::RESOURCE_PROCESSES, [](const v1::PhasePlan& phase) { return int64_t{phase.floor_processes()}; },
     [](const v1::Limits& limits) { return int64_t{limits.processes()}; }, Processes},
};

bool IsBelow(const Floor& row, const v1::PhasePlan& phase) {
  return row.limit(phase.limits()) < row.floor(phase);
}

}  // namespace

int64_t FloorAbove(const PhaseFacts& facts, v1::Resource resource) {
  for (const Floor& row : kFloors) {
    if (row.resource == resource && IsBelow(row, *facts.phase)) return row.floor(*facts.phase);
  }
  return 0;
}

std::string SayFloors(const PhaseFacts& facts) {
  std::string said;
  for (const Floor& row : kFloors) {
    if (!IsBelow(row, *facts.phase)) continue;
    absl::StrAppend(&said, "; the limit of ", row.say(row.limit(facts.phase->limits())), " is below the ",
                    row.say(row.floor(*facts.phase)), " that ", facts.plan->runtime_version(), " needs to ",
                    facts.compiling() ? "compile" : "run", " anything");
  }
  return said;
}

std::string SayFullMemory(const PhaseFacts& facts) {
  if (!facts.report || facts.report->memory_cgroup == plan::CgroupKind::kNone) return "";
  const int64_t limit = facts.phase->limits().memory_bytes();
  const int64_t own = facts.report->usage.anon_peak_bytes;
  if (facts.report->usage.memory_peak_bytes < limit || own < limit / 2) return "";
  return absl::StrCat("; its memory was full (", FormatBytes(own), " of ", FormatBytes(limit),
                      " its own data), so it may have spent that time on reading its files over and over");
}

}  // namespace jail::watch
