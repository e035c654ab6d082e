#include "jail/plan/cpu_set.h"

#include <bit>
#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "jail/base/cpus.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"

namespace jail::plan {
namespace {

bool Has(const CpuSet& cpus, int cpu) { return (cpus.words[cpu / 64] >> (cpu % 64) & 1) != 0; }
void Add(int cpu, CpuSet* cpus) { cpus->words[cpu / 64] |= uint64_t{1} << (cpu % 64); }

absl::Status Bad(absl::string_view text, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(Quoted(text), " ", what));
}

absl::StatusOr<int> ParseCpu(absl::string_view text, absl::string_view whole) {
  int cpu = -1;
  const bool digits = !text.empty() && text.find_first_not_of("0123456789") == absl::string_view::npos;
  if (!digits) return Bad(whole, "is not a list of CPUs like 0-1,3");
  if (!absl::SimpleAtoi(text, &cpu) || cpu >= kMaxCpus) {
    return Bad(whole, absl::StrCat("names a CPU above ", kMaxCpus - 1));
  }
  return cpu;
}

absl::Status AddRange(absl::string_view range, absl::string_view whole, CpuSet* cpus) {
  const std::pair<absl::string_view, absl::string_view> ends = absl::StrSplit(range, absl::MaxSplits('-', 1));
  JAIL_ASSIGN_OR_RETURN(const int first, ParseCpu(ends.first, whole));
  int last = first;
  if (ends.first.size() != range.size()) {
    JAIL_ASSIGN_OR_RETURN(last, ParseCpu(ends.second, whole));
  }
  if (last < first) return Bad(whole, absl::StrCat("has a range that ends before it begins: ", range));
  for (int cpu = first; cpu <= last; ++cpu) Add(cpu, cpus);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CpuSet> ParseCpuSet(absl::string_view text) {
  CpuSet cpus = {};
  for (const absl::string_view range : absl::StrSplit(text, ',')) {
    JAIL_RETURN_IF_ERROR(AddRange(absl::StripAsciiWhitespace(range), text, &cpus));
  }
  return cpus;
}

std::string FormatCpuSet(const CpuSet& cpus) {
  std::string text;
  for (int cpu = 0; cpu < kMaxCpus; ++cpu) {
    if (!Has(cpus, cpu)) continue;
    const int first = cpu;
    while (cpu + 1 < kMaxCpus && Has(cpus, cpu + 1)) ++cpu;
    absl::StrAppend(&text, text.empty() ? "" : ",", first);
    if (cpu > first) absl::StrAppend(&text, "-", cpu);
  }
  return text;
}

int CountCpus(const CpuSet& cpus) {
  int count = 0;
  for (const uint64_t word : cpus.words) count += std::popcount(word);
  return count;
}

absl::Status CheckCpusAllowed(const CpuSet& wanted, const CpuSet& allowed) {
  CpuSet beyond = {};
  for (int cpu = 0; cpu < kMaxCpus; ++cpu) {
    if (Has(wanted, cpu) && !Has(allowed, cpu)) Add(cpu, &beyond);
  }
  if (CountCpus(beyond) == 0) return absl::OkStatus();
  return absl::OutOfRangeError(absl::StrCat(
      "CPU ", FormatCpuSet(beyond), " cannot be had here; this process may use ", FormatCpuSet(allowed)));
}

CpuSet OwnCpus() {
  CpuSet cpus = {};
  ReadOwnCpus(cpus.words);
  return cpus;
}

}  // namespace jail::plan
