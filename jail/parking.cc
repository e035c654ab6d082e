// Jails without their jobs, for those who keep them ready (jail/pool).
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "jail/base/errno_name.h"
#include "jail/base/status_macros.h"
#include "jail/jail.h"
#include "jail/plan/seal.h"
#include "jail/watch/parked.h"
#include "jail/watch/start.h"

namespace jail {
namespace {

absl::Status Gone(const watch::Fault& fault) {
  return absl::UnavailableError(absl::StrCat(fault.subject, ": ", ErrnoName(fault.error)));
}

}  // namespace

absl::StatusOr<Helper> Park(const std::string& launcher_path, const Shape& shape) {
  const absl::optional<plan::ShapeNeeds> needs = plan::NeedsOf(shape.plan);
  if (!needs.has_value()) return absl::InvalidArgumentError("the shape is none");
  JAIL_ASSIGN_OR_RETURN(const Fd plan, plan::SealBytes(shape.plan));
  Helper helper;
  if (const watch::Fault fault = watch::Start({launcher_path, plan.get(), needs->channels}, &helper))
    return Gone(fault);
  if (needs->runtime && !helper.channels.empty()) {
    helper.loader = std::move(helper.channels.back());
    helper.channels.pop_back();
  }
  return helper;
}

absl::StatusOr<bool> IsParked(Helper* helper) {
  bool parked = false;
  if (const watch::Fault fault = watch::Listen(helper, &parked)) return Gone(fault);
  return parked;
}

void Bury(int pidfd) { watch::Reap(pidfd); }

}  // namespace jail
