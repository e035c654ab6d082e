// Jails without their jobs, for those who keep them ready (jail/pool).
#include <memory>
#include <string>
#include <utility>

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

template <typename Starter>
absl::StatusOr<Helper> ParkBy(const std::string& launcher_path, const Shape& shape, const Starter& start) {
  const absl::optional<plan::ShapeNeeds> needs = plan::NeedsOf(shape.plan);
  if (!needs.has_value()) return absl::InvalidArgumentError("the shape is none");
  JAIL_ASSIGN_OR_RETURN(const Fd plan, plan::SealBytes(shape.plan));
  Helper helper;
  if (const watch::Fault fault = start({launcher_path, plan.get(), needs->channels}, &helper))
    return Gone(fault);
  if (needs->runtime && !helper.channels.empty()) {
    helper.loader = std::move(helper.channels.back());
    helper.channels.pop_back();
  }
  return helper;
}

}  // namespace

absl::StatusOr<Helper> Park(const std::string& launcher_path, const Shape& shape) {
  return ParkBy(launcher_path, shape, watch::Start);
}

Launcher::Launcher(std::string launcher_path, bool zygotes)
    : path_(std::move(launcher_path)), zygotes_(zygotes), server_(std::make_unique<watch::HelperServer>()) {}
Launcher::~Launcher() = default;

absl::StatusOr<Helper> Launcher::Park(const Shape& shape) {
  if (!server_->valid()) {
    server_ = std::make_unique<watch::HelperServer>();
    if (const watch::Fault fault = server_->Open(path_)) return Gone(fault);
  }
  return ParkBy(path_, shape, [this](watch::StartRequest request, Helper* helper) {
    request.zygote = zygotes_;
    return server_->Start(request, helper);
  });
}

void Launcher::Abandon() { server_->Abandon(); }

absl::StatusOr<bool> IsParked(Helper* helper) {
  bool parked = false;
  if (const watch::Fault fault = watch::Listen(helper, &parked)) return Gone(fault);
  return parked;
}

void Bury(int pidfd) { watch::Reap(pidfd); }

}  // namespace jail
