// To add a limit: its field in job.proto and plan/layout.h, a row here, a ceiling in site.proto when
// sites should have one.
#include "jail/resolve/limits.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/base/units.h"
#include "jail/plan/cpu_set.h"

namespace jail::resolve {
namespace {

constexpr int64_t kKiB = int64_t{1} << 10;
constexpr int64_t kGiB = int64_t{1} << 30;
constexpr int64_t kHourMs = 3'600'000;
constexpr int64_t kEndless = int64_t{1} << 50;

// A field's accessors as plain functions. Reflection would do it in three lines, and make every run
// build all descriptors first: about a millisecond.
using L = v1::Limits;
using S = v1::Site;

template <auto kHas, auto kGet, auto kSet>
constexpr LimitAccess LimitField() {
  using Number = decltype((std::declval<const L&>().*kGet)());
  return {[](const L& limits) {
            return (limits.*kHas)() ? std::optional<int64_t>((limits.*kGet)()) : std::nullopt;
          },
          // 32-bit limits stay in range: their ceilings do.
          [](int64_t value, L* limits) { (limits->*kSet)(static_cast<Number>(value)); }};
}

template <auto kHas, auto kGet>
constexpr CeilingAccess SiteField() {
  return [](const S& site) { return (site.*kHas)() ? std::optional<int64_t>((site.*kGet)()) : std::nullopt; };
}
constexpr CeilingAccess NoCeiling() { return nullptr; }  // Sites have no say.

// Why these figures:
// - wall: a compiler gets more wall than CPU time, so that a busy machine does not decide the verdict,
//   yet a source that bombs it is over before a person asks what is going on.
// - memory: cc1plus takes up to 326 MiB where hello takes 26; the C++ runtime asks for more still.
// - stack: 8 MiB, the usual figure, ends correct recursive programs. 64 MiB holds a depth-first search
//   over 10^5 nodes in C++, costs nothing until it is touched and is charged to the memory limit then.
// - file size: as the disk limit, so a full disk says ENOSPC instead of a surprising SIGXFSZ.
// - open files: with fewer than four the loader cannot open a library, nor init write a source. javac and
//   node stay under 100; 256 is enough for any honest program and few for a descriptor bomb.
// - CPU rate: the least a cgroup can hold is 1 ms in each 100.
// - idle time: none; a program may well wait for its caller. Less than 0.1 s is a busy machine's doing.
// - grace: none; a site gives no more than 10 s of its own accord, for they come on top of the limit.
// - disk rates: with less than 64 KiB/s an interpreter is not up before its wall time is over.
// - memory, stack: below the least the kernel cannot exec anything, and the failure would look like ours.
constexpr LimitRow kRows[] = {
    {"cpu_time_ms", Unit::kMilliseconds, 5'000, 10'000, 1, kHourMs,
     LimitField<&L::has_cpu_time_ms, &L::cpu_time_ms, &L::set_cpu_time_ms>(),
     SiteField<&S::has_max_cpu_time_ms, &S::max_cpu_time_ms>()},
    {"wall_time_ms", Unit::kMilliseconds, kDerived, kDerived, 1, kHourMs,
     LimitField<&L::has_wall_time_ms, &L::wall_time_ms, &L::set_wall_time_ms>(),
     SiteField<&S::has_max_wall_time_ms, &S::max_wall_time_ms>()},
    {"memory_bytes", Unit::kBytes, 256 * kMiB, 512 * kMiB, kMiB, 64 * kGiB,
     LimitField<&L::has_memory_bytes, &L::memory_bytes, &L::set_memory_bytes>(),
     SiteField<&S::has_max_memory_bytes, &S::max_memory_bytes>()},
    {"stack_bytes", Unit::kBytes, 64 * kMiB, 64 * kMiB, 128 * kKiB, 64 * kGiB,
     LimitField<&L::has_stack_bytes, &L::stack_bytes, &L::set_stack_bytes>(),
     SiteField<&S::has_max_memory_bytes, &S::max_memory_bytes>()},
    {"disk_bytes", Unit::kBytes, 64 * kMiB, 64 * kMiB, 0, 64 * kGiB,
     LimitField<&L::has_disk_bytes, &L::disk_bytes, &L::set_disk_bytes>(),
     SiteField<&S::has_max_disk_bytes, &S::max_disk_bytes>()},
    {"disk_inodes", Unit::kCount, 4'096, 4'096, 0, int64_t{1} << 30,
     LimitField<&L::has_disk_inodes, &L::disk_inodes, &L::set_disk_inodes>(), NoCeiling()},
    {"file_bytes", Unit::kBytes, kDerived, kDerived, 0, kEndless,
     LimitField<&L::has_file_bytes, &L::file_bytes, &L::set_file_bytes>(), NoCeiling()},
    {"output_bytes", Unit::kBytes, kMiB, kMiB, 0, kGiB,
     LimitField<&L::has_output_bytes, &L::output_bytes, &L::set_output_bytes>(),
     SiteField<&S::has_max_output_bytes, &S::max_output_bytes>()},
    {"processes", Unit::kCount, 50, 50, 1, 4'096,
     LimitField<&L::has_processes, &L::processes, &L::set_processes>(),
     SiteField<&S::has_max_processes, &S::max_processes>()},
    {"open_files", Unit::kCount, 256, 256, 4, 65'536,
     LimitField<&L::has_open_files, &L::open_files, &L::set_open_files>(),
     SiteField<&S::has_max_open_files, &S::max_open_files>()},
    {"cpu_millicores", Unit::kMillicores, kUnset, kUnset, 10, 1'024'000,
     LimitField<&L::has_cpu_millicores, &L::cpu_millicores, &L::set_cpu_millicores>(), NoCeiling()},
    {"idle_time_ms", Unit::kMilliseconds, kUnset, kUnset, 100, kHourMs,
     LimitField<&L::has_idle_time_ms, &L::idle_time_ms, &L::set_idle_time_ms>(),
     SiteField<&S::has_max_wall_time_ms, &S::max_wall_time_ms>()},
    {"grace_ms", Unit::kMilliseconds, kUnset, kUnset, 0, 10'000,
     LimitField<&L::has_grace_ms, &L::grace_ms, &L::set_grace_ms>(),
     SiteField<&S::has_max_grace_ms, &S::max_grace_ms>()},
    {"io_read_bytes_per_second", Unit::kBytes, kUnset, kUnset, 64 * kKiB, kEndless,
     LimitField<&L::has_io_read_bytes_per_second, &L::io_read_bytes_per_second,
                &L::set_io_read_bytes_per_second>(),
     NoCeiling()},
    {"io_write_bytes_per_second", Unit::kBytes, kUnset, kUnset, 64 * kKiB, kEndless,
     LimitField<&L::has_io_write_bytes_per_second, &L::io_write_bytes_per_second,
                &L::set_io_write_bytes_per_second>(),
     NoCeiling()},
    {"source_bytes", Unit::kBytes, 50'000, 50'000, 0, 64 * kMiB,
     LimitField<&L::has_source_bytes, &L::source_bytes, &L::set_source_bytes>(),
     SiteField<&S::has_max_source_bytes, &S::max_source_bytes>()},
};
constexpr int64_t kDefaultWallMs = 5'000;
constexpr int64_t kDefaultCompileWallMs = 12'000;

// One phase's wishes: of the job, under the name of the field that holds them, and of the runtime.
struct Wishes {
  v1::PhasePlan::Kind kind;
  const v1::Limits& job;
  const v1::Limits& runtime;

  bool compiling() const { return kind == v1::PhasePlan::KIND_COMPILE; }
  absl::Status Bad(absl::string_view name, absl::string_view what) const {
    const char* field = compiling() ? "compile_limits" : "limits";
    return absl::InvalidArgumentError(absl::StrCat(field, ".", name, ": ", what));
  }
};

// The one limit that is no number. Whether this host has those CPUs is asked when they are given.
absl::Status ResolveCpuSet(const Wishes& wishes, v1::Limits* resolved) {
  const v1::Limits& asked = wishes.job.has_cpu_set() ? wishes.job : wishes.runtime;
  if (!asked.has_cpu_set()) return absl::OkStatus();
  const absl::StatusOr<plan::CpuSet> cpus = plan::ParseCpuSet(asked.cpu_set());
  if (!cpus.ok()) return wishes.Bad("cpu_set", cpus.status().message());
  resolved->set_cpu_set(plan::FormatCpuSet(*cpus));
  return absl::OkStatus();
}

// What the job itself asks for: refused rather than bent.
absl::Status CheckAsked(const Wishes& wishes, const LimitRow& row, int64_t value, const v1::Site& site) {
  if (value < 0) return wishes.Bad(row.name, absl::StrCat(value, " is negative"));
  if (value < row.least) {
    return wishes.Bad(
        row.name, absl::StrCat(FormatAmount(row.unit, value), " is too little to run anything, the least is ",
                               FormatAmount(row.unit, row.least)));
  }
  const int64_t ceiling = CeilingOf(row, site);
  if (value <= ceiling) return absl::OkStatus();
  return wishes.Bad(row.name, absl::StrCat(FormatAmount(row.unit, value), " is over this site's ceiling of ",
                                           FormatAmount(row.unit, ceiling)));
}

// The two defaults that follow from other limits. A job that asks for more CPU time than the default
// wall time allows means to use it: it gets twice as much wall time.
int64_t Derive(const LimitRow& row, const Wishes& wishes, const v1::Limits& resolved) {
  const bool is_wall = absl::string_view(row.name) == "wall_time_ms";
  if (!is_wall) return resolved.disk_bytes();
  const int64_t usual_ms = wishes.compiling() ? kDefaultCompileWallMs : kDefaultWallMs;
  return wishes.job.cpu_time_ms() > usual_ms ? 2 * wishes.job.cpu_time_ms() : usual_ms;
}

int64_t DefaultOf(const LimitRow& row, const Wishes& wishes, const v1::Limits& resolved) {
  const int64_t value = wishes.compiling() ? row.compile_default : row.run_default;
  return value == kDerived ? Derive(row, wishes, resolved) : value;
}

}  // namespace

absl::Span<const LimitRow> LimitRows() { return kRows; }

std::optional<int64_t> GetLimit(const v1::Limits& limits, const LimitRow& row) {
  return row.access.get(limits);
}

int64_t CeilingOf(const LimitRow& row, const v1::Site& site) {
  if (row.ceiling == nullptr) return row.default_ceiling;
  return row.ceiling(site).value_or(row.default_ceiling);
}

std::string FormatAmount(Unit unit, int64_t amount) {
  switch (unit) {
    case Unit::kMilliseconds:
      return FormatLimit(absl::Milliseconds(amount));
    case Unit::kBytes:
      return FormatBytes(amount);
    case Unit::kMillicores:
      return FormatMillicores(amount);
    case Unit::kCount:
      break;
  }
  return absl::StrCat(amount);
}

absl::StatusOr<v1::Limits> ResolveLimits(v1::PhasePlan::Kind kind, const v1::Limits& runtime,
                                         const v1::Limits& job, const v1::Site& site) {
  const Wishes wishes = {kind, job, runtime};
  v1::Limits resolved;
  for (const LimitRow& row : kRows) {
    if (const std::optional<int64_t> asked = GetLimit(job, row)) {
      JAIL_RETURN_IF_ERROR(CheckAsked(wishes, row, *asked, site));
      row.access.set(*asked, &resolved);
      continue;
    }
    const int64_t value = GetLimit(runtime, row).value_or(DefaultOf(row, wishes, resolved));
    if (value != kUnset) row.access.set(std::min(value, CeilingOf(row, site)), &resolved);
  }
  JAIL_RETURN_IF_ERROR(ResolveCpuSet(wishes, &resolved));
  return resolved;
}

}  // namespace jail::resolve
