// Every limit's default, least value and ceiling, in one table (limits.cc), and the rules that turn a
// job's wishes into figures: what the job asks, else what the runtime says, else the default.
// What a job asks for above the site's ceiling is refused by name; a default is lowered to it.
#ifndef JAIL_RESOLVE_LIMITS_H_
#define JAIL_RESOLVE_LIMITS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "jail/v1/job.pb.h"
#include "jail/v1/plan.pb.h"
#include "jail/v1/site.pb.h"

namespace jail::resolve {

enum class Unit { kMilliseconds, kBytes, kCount, kMillicores };

struct LimitAccess {
  std::optional<int64_t> (*get)(const v1::Limits& limits);
  void (*set)(int64_t value, v1::Limits* limits);
};
using CeilingAccess = std::optional<int64_t> (*)(const v1::Site& site);

struct LimitRow {
  const char* name;  // The field of jail.v1.Limits.
  Unit unit;
  int64_t run_default;  // kUnset: stays unset. kDerived: see ResolveLimits.
  int64_t compile_default;
  int64_t least;  // Below it nothing could run; zero is allowed where zero makes sense.
  int64_t default_ceiling;
  LimitAccess access;
  CeilingAccess ceiling;  // Null when sites have no say.
};
inline constexpr int64_t kUnset = -1;
inline constexpr int64_t kDerived = -2;

absl::Span<const LimitRow> LimitRows();

// By a row's name; nullopt when unset.
std::optional<int64_t> GetLimit(const v1::Limits& limits, const LimitRow& row);
int64_t CeilingOf(const LimitRow& row, const v1::Site& site);

// "5 s", "256 MiB", "50", "0.5 cores".
std::string FormatAmount(Unit unit, int64_t amount);

// The limits of one phase; `job` is what the job says of this one.
// Errors begin with the field: "limits.memory_bytes: 8 GiB is over this site's ceiling of 4 GiB".
absl::StatusOr<v1::Limits> ResolveLimits(v1::PhasePlan::Kind kind, const v1::Limits& runtime,
                                         const v1::Limits& job, const v1::Site& site);

}  // namespace jail::resolve

#endif  // JAIL_RESOLVE_LIMITS_H_
