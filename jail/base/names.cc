// The list of loader variables is glibc's own: what it drops for set-user-ID programs
// (sysdeps/generic/unsecvars.h), less those that only choose a folder for data.
#include "jail/base/names.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace jail {
namespace {

constexpr absl::string_view kLoaderVariables[] = {
    "GLIBC_TUNABLES", "GCONV_PATH",  "GETCONF_DIR", "LOCPATH",          "NLSPATH",     "MALLOC_TRACE",
    "NIS_PATH",       "LOCALDOMAIN", "HOSTALIASES", "RESOLV_HOST_CONF", "RES_OPTIONS",
};

bool IsNameChar(char c) { return c == '_' || absl::ascii_isalnum(static_cast<unsigned char>(c)); }

}  // namespace

bool IsEnvName(absl::string_view name) {
  return !name.empty() && !absl::ascii_isdigit(static_cast<unsigned char>(name.front())) &&
         std::all_of(name.begin(), name.end(), IsNameChar);
}

bool IsLoaderVariable(absl::string_view name) {
  return absl::StartsWith(name, "LD_") || std::find(std::begin(kLoaderVariables), std::end(kLoaderVariables),
                                                    name) != std::end(kLoaderVariables);
}

}  // namespace jail
