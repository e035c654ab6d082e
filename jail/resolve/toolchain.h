// Which programs of this host a language starts: what Resolve has to know of the host, as values, so that it
// can stay a pure function.
#ifndef JAIL_RESOLVE_TOOLCHAIN_H_
#define JAIL_RESOLVE_TOOLCHAIN_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jail/v1/plan.pb.h"
#include "jail/v1/runtime.pb.h"

namespace jail::resolve {

// Of the root that the job is for, which is this machine's or an image's.
struct Host {
  // Those of HostPrograms that are there and can be executed.
  std::set<std::string> programs;
  // The image that the job's rootfs names, if it names one.
  std::optional<v1::RunPlan::Image> image = std::nullopt;
  // When it names nothing that is here: the images that are.
  std::vector<std::string> image_names = {};
};

// Every program of the host that the language may start, in the order of preference.
std::vector<std::string> HostPrograms(const v1::Runtime& runtime);

// `program`, or the first of what may stand in for it that the host has. FailedPreconditionError when it has
// none, or lacks another program that the language needs: it is not installed, with the cure as payload
// kCureUrl.
absl::StatusOr<std::string> ChooseProgram(const v1::Runtime& runtime, const std::string& program,
                                          const Host& host);

// The payload's name; its text says what to do.
inline constexpr absl::string_view kCureUrl = "jail/cure";

}  // namespace jail::resolve

#endif  // JAIL_RESOLVE_TOOLCHAIN_H_
