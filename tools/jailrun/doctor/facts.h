// What this host has, found by looking only: the facts that decide which mechanism a limit or layer
// gets (mechanisms.cc).
#ifndef TOOLS_JAILRUN_DOCTOR_FACTS_H_
#define TOOLS_JAILRUN_DOCTOR_FACTS_H_

#include <sys/types.h>

#include <set>
#include <string>
#include <vector>

#include "jail/v1/doctor.pb.h"

namespace jail::cli {

enum class CgroupVersion { kNone, kV1, kV2 };

struct Host {
  std::string kernel;
  uid_t uid = 0;
  bool rootless = false;                               // Asked for.
  bool setuid_launcher = false;                        // The installed helper becomes root by itself.
  std::vector<std::string> missing_capabilities = {};  // Of those that the helper needs as root.
  std::string container = {};                          // "docker"; empty: no sign of one.
  CgroupVersion cgroup_version = CgroupVersion::kNone;
  std::set<std::string> controllers = {};  // Usable: mounted, and writable for the helper.
  bool cgroups_read_only = false;
  bool seccomp = false;
  bool memfd_noexec = false;
  int landlock_abi = 0;                 // 0: none that is of use.
  int64_t user_namespaces = 0;          // user.max_user_namespaces
  bool user_namespaces_denied = false;  // By a switch of the distribution's, for those without privilege.

  // The helper has root's rights.
  bool privileged() const { return !rootless && (uid == 0 || setuid_launcher); }
  bool Has(CgroupVersion version, const std::string& controller) const {
    return cgroup_version == version && controllers.count(controller) > 0;
  }
};

// `root`: "" for this machine; a folder with proc/, sys/ and run/ below it for tests.
Host LookAtHost(const std::string& launcher_path, bool rootless, const std::string& root = "");

// For the report: each with what is wrong about it.
std::vector<v1::HostFact> DescribeHost(const Host& host);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_DOCTOR_FACTS_H_
