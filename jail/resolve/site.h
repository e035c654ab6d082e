// This installation's ceilings: /etc/jailrun/site.textproto. jail-launch reads the same file with a
// parser of its own, without protobuf, so what is accepted here is what it accepts: comments and one
// `name: number` a line.
#ifndef JAIL_RESOLVE_SITE_H_
#define JAIL_RESOLVE_SITE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jail/v1/site.pb.h"

namespace jail::resolve {

inline constexpr char kSiteFile[] = "/etc/jailrun/site.textproto";

// An absent file is an empty Site: every field at its default. Errors name file and line.
absl::StatusOr<v1::Site> LoadSite(const std::string& path = kSiteFile);

// `file` is for the errors only.
absl::StatusOr<v1::Site> ParseSite(absl::string_view text, absl::string_view file);

}  // namespace jail::resolve

#endif  // JAIL_RESOLVE_SITE_H_
