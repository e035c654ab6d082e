// jaild's own file: read once, checked whole, every figure there is filled in.
#ifndef JAIL_SERVE_CONFIG_H_
#define JAIL_SERVE_CONFIG_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jail/v1/serve.pb.h"

namespace jail::serve {

inline constexpr char kConfigFile[] = "/etc/jailrun/jaild.textproto";

// With what is unset set, but for limits and TenantRule.requests_per_second. Errors name file and line, or
// the field.
absl::StatusOr<v1::ServeConfig> ParseConfig(absl::string_view text, absl::string_view file);
// An absent file is an empty one, if it may be absent.
absl::StatusOr<v1::ServeConfig> LoadConfig(const std::string& path, bool may_be_absent);

// The rule of this tenant: its own row, and what that leaves unset from `usual`.
v1::TenantRule RuleOf(const v1::ServeConfig& config, const std::string& tenant);

}  // namespace jail::serve

#endif  // JAIL_SERVE_CONFIG_H_
