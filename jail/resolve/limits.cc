// To add a limit: its field in job.proto and plan/layout.h, a row here, a ceiling in site.proto when
// sites should have one.
#include "jail/resolve/limits.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"

namespace jail::resolve {
namespace {

constexpr int64_t kKiB = int64_t{1} << 10;
constexpr int64_t kMiB = int64_t{1} << 20;
constexpr int64_t kGiB = int64_t{1} << 30;
constexpr int64_t kHourMs = 3'600'000;
constexpr int64_t kEndless = int64_t{1} << 50;

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
// - memory, stack: below the least the kernel cannot exec anything, and the failure would look like ours.
constexpr LimitRow kRows[] = {
    {"cpu_time_ms", Unit::kMilliseconds, 5'000, 10'000, 1, "max_cpu_time_ms", kHourMs},
    {"wall_time_ms", Unit::kMilliseconds, kDerived, 12'000, 1, "max_wall_time_ms", kHourMs},
    {"memory_bytes", Unit::kBytes, 256 * kMiB, 512 * kMiB, kMiB, "max_memory_bytes", 64 * kGiB},
    {"stack_bytes", Unit::kBytes, 64 * kMiB, 64 * kMiB, 128 * kKiB, "max_memory_bytes", 64 * kGiB},
    {"disk_bytes", Unit::kBytes, 64 * kMiB, 64 * kMiB, 0, "max_disk_bytes", 64 * kGiB},
    {"disk_inodes", Unit::kCount, 4'096, 4'096, 0, nullptr, int64_t{1} << 30},
    {"file_bytes", Unit::kBytes, kDerived, kDerived, 0, nullptr, kEndless},
    {"output_bytes", Unit::kBytes, kMiB, kMiB, 0, "max_output_bytes", kGiB},
    {"processes", Unit::kCount, 50, 50, 1, "max_processes", 4'096},
    {"open_files", Unit::kCount, 256, 256, 4, "max_open_files", 65'536},
    {"cpu_millicores", Unit::kMillicores, kUnset, kUnset, 10, nullptr, 1'024'000},
    {"source_bytes", Unit::kBytes, 50'000, 50'000, 0, "max_source_bytes", 64 * kMiB},
};
constexpr int64_t kDefaultWallMs = 5'000;

using google::protobuf::FieldDescriptor;

const FieldDescriptor* FieldOf(const google::protobuf::Message& message, const char* name) {
  return message.GetDescriptor()->FindFieldByName(name);
}

std::optional<int64_t> GetNumber(const google::protobuf::Message& message, const char* name) {
  const FieldDescriptor* field = FieldOf(message, name);
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  if (!reflection.HasField(message, field)) return std::nullopt;
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT64) return reflection.GetInt64(message, field);
  return reflection.GetInt32(message, field);
}

// 32-bit limits stay in range: their ceilings do.
void SetLimit(const char* name, int64_t value, v1::Limits* limits) {
  const FieldDescriptor* field = FieldOf(*limits, name);
  const google::protobuf::Reflection& reflection = *limits->GetReflection();
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT64) return reflection.SetInt64(limits, field, value);
  reflection.SetInt32(limits, field, static_cast<int32_t>(value));
}

absl::Status Bad(const LimitRow& row, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("limits.", row.name, ": ", what));
}

// What the job itself asks for: refused rather than bent.
absl::Status CheckAsked(const LimitRow& row, int64_t value, const v1::Site& site) {
  if (value < 0) return Bad(row, absl::StrCat(value, " is negative"));
  if (value < row.least) {
    return Bad(row,
               absl::StrCat(FormatAmount(row.unit, value), " is too little to run anything, the least is ",
                            FormatAmount(row.unit, row.least)));
  }
  const int64_t ceiling = CeilingOf(row, site);
  if (value <= ceiling) return absl::OkStatus();
  return Bad(row, absl::StrCat(FormatAmount(row.unit, value), " is over this site's ceiling of ",
                               FormatAmount(row.unit, ceiling)));
}

// The two defaults that follow from other limits. A job that asks for more CPU time than the default
// wall time allows means to use it: it gets twice as much wall time.
int64_t Derive(const LimitRow& row, const v1::Limits& job, const v1::Limits& resolved) {
  const bool is_wall = absl::string_view(row.name) == "wall_time_ms";
  if (!is_wall) return resolved.disk_bytes();
  return job.cpu_time_ms() > kDefaultWallMs ? 2 * job.cpu_time_ms() : kDefaultWallMs;
}

int64_t DefaultOf(const LimitRow& row, v1::PhasePlan::Kind kind, const v1::Limits& job,
                  const v1::Limits& resolved) {
  const int64_t value = kind == v1::PhasePlan::KIND_COMPILE ? row.compile_default : row.run_default;
  return value == kDerived ? Derive(row, job, resolved) : value;
}

}  // namespace

absl::Span<const LimitRow> LimitRows() { return kRows; }

std::optional<int64_t> GetLimit(const v1::Limits& limits, const LimitRow& row) {
  return GetNumber(limits, row.name);
}

int64_t CeilingOf(const LimitRow& row, const v1::Site& site) {
  if (row.ceiling == nullptr) return row.default_ceiling;
  return GetNumber(site, row.ceiling).value_or(row.default_ceiling);
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
  v1::Limits resolved;
  for (const LimitRow& row : kRows) {
    if (const std::optional<int64_t> asked = GetLimit(job, row)) {
      JAIL_RETURN_IF_ERROR(CheckAsked(row, *asked, site));
      SetLimit(row.name, *asked, &resolved);
      continue;
    }
    const int64_t value = GetLimit(runtime, row).value_or(DefaultOf(row, kind, job, resolved));
    if (value != kUnset) SetLimit(row.name, std::min(value, CeilingOf(row, site)), &resolved);
  }
  return resolved;
}

}  // namespace jail::resolve
