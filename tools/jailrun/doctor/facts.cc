#include "tools/jailrun/doctor/facts.h"

#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "jail/base/landlock.h"

namespace jail::cli {
namespace {

// What the helper does as root that needs a capability in the host's user namespace. Making the
// namespaces and mounting needs CAP_SYS_ADMIN only where they are refused without it: a fact that the
// first jail finds out.
struct Capability {
  unsigned number;
  const char* name;
};
constexpr Capability kNeeded[] = {
    {CAP_CHOWN, "CAP_CHOWN"},    // Gives the pipes to the program's uid.
    {CAP_SETUID, "CAP_SETUID"},  // Maps uids other than its own, takes root's.
    {CAP_SETGID, "CAP_SETGID"},
};

constexpr const char* kV1Controllers[] = {"memory", "pids", "cpuacct", "cpu"};
constexpr const char* kV2Controllers[] = {"memory", "pids", "cpu"};
// For who asks for a disk rate.
constexpr const char* kV1Optional[] = {"blkio"};
constexpr const char* kV2Optional[] = {"io"};

std::string Read(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

int64_t ReadNumber(const std::string& path, int64_t otherwise) {
  int64_t number = 0;
  return absl::SimpleAtoi(absl::StripSuffix(Read(path), "\n"), &number) ? number : otherwise;
}

// The value of "CapEff:\t0000..." in a status file.
std::string Field(const std::string& text, absl::string_view name) {
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::ConsumePrefix(&line, absl::StrCat(name, ":\t"))) return std::string(line);
  }
  return "";
}

std::vector<std::string> MissingCapabilities(const std::string& status) {
  uint64_t effective = 0;
  std::vector<std::string> missing;
  if (!absl::SimpleHexAtoi(Field(status, "CapEff"), &effective)) return missing;
  for (const Capability& capability : kNeeded) {
    if ((effective >> capability.number & 1) == 0) missing.emplace_back(capability.name);
  }
  return missing;
}

// By the marks that container engines leave. A container without any is not seen; nothing depends on it.
std::string FindContainer(const std::string& root) {
  if (Exists(root + "/.dockerenv")) return "docker";
  if (Exists(root + "/run/.containerenv")) return "podman";
  for (absl::string_view entry : absl::StrSplit(Read(root + "/proc/1/environ"), '\0')) {
    if (absl::ConsumePrefix(&entry, "container=")) return std::string(entry);
  }
  return "";
}

bool IsSetuidRoot(const std::string& path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0 && status.st_uid == 0 && (status.st_mode & S_ISUID) != 0;
}

// Whether the helper could make a group there.
bool IsWritable(const std::string& folder, Host* host) {
  if (access(folder.c_str(), W_OK) == 0) return true;
  if (errno == EROFS) host->cgroups_read_only = true;
  return errno == EACCES && host->privileged() && host->uid != 0;
}

// "0::/user.slice/x": our own path in cgroup v2.
std::string OwnPath(const std::string& text) {
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::ConsumePrefix(&line, "0::")) return std::string(line);
  }
  return "";
}

void FindV2(const std::string& root, Host* host) {
  const std::string mount = root + "/sys/fs/cgroup";
  host->cgroup_version = CgroupVersion::kV2;
  const std::string own = mount + OwnPath(Read(root + "/proc/self/cgroup"));
  const std::string folder = !host->privileged() && Exists(own) ? own : mount;
  if (!IsWritable(folder, host)) return;
  const std::set<std::string> offered =
      absl::StrSplit(absl::StripSuffix(Read(folder + "/cgroup.controllers"), "\n"), ' ');
  for (const char* controller : kV2Controllers) {
    if (offered.count(controller) > 0) host->controllers.insert(controller);
  }
  for (const char* controller : kV2Optional) {
    if (offered.count(controller) > 0) host->controllers.insert(controller);
  }
}

void FindV1(const std::string& mount, const char* controller, Host* host) {
  if (!Exists(absl::StrCat(mount, controller, "/tasks"))) return;
  host->cgroup_version = CgroupVersion::kV1;
  if (IsWritable(mount + controller, host)) host->controllers.insert(controller);
}

template <size_t kCount>
bool HasAll(const Host& host, const char* const (&controllers)[kCount]) {
  return std::all_of(std::begin(controllers), std::end(controllers),
                     [&](const char* controller) { return host.controllers.count(controller) > 0; });
}

void FindCgroups(const std::string& root, Host* host) {
  const std::string mount = root + "/sys/fs/cgroup/";
  if (Exists(mount + "cgroup.controllers")) return FindV2(root, host);
  for (const char* controller : kV1Controllers) FindV1(mount, controller, host);
  for (const char* controller : kV1Optional) FindV1(mount, controller, host);
}

// Debian's switch and Ubuntu's, both for those without privilege.
bool AreDenied(const std::string& root) {
  const std::string sys = root + "/proc/sys/kernel/";
  return ReadNumber(sys + "unprivileged_userns_clone", 1) == 0 ||
         ReadNumber(sys + "apparmor_restrict_unprivileged_userns", 0) == 1;
}

v1::HostFact MakeFact(const char* name, std::string value, bool sufficient = true, const char* cure = "") {
  v1::HostFact fact;
  fact.set_name(name);
  fact.set_value(std::move(value));
  fact.set_sufficient(sufficient);
  if (!sufficient) fact.set_cure(cure);
  return fact;
}

v1::HostFact DescribePrivilege(const Host& host) {
  if (!host.privileged()) {
    return MakeFact("privilege", absl::StrCat("none: uid ", host.uid, host.rootless ? ", --rootless" : ""),
                    false, "run as root, or have root do make install SETUID=1 and join the group jailrun");
  }
  if (host.uid != 0)
    return MakeFact("privilege", absl::StrCat("uid ", host.uid, ", the helper is setuid root"));
  if (host.missing_capabilities.empty()) return MakeFact("privilege", "root");
  return MakeFact(
      "privilege", absl::StrCat("root without ", absl::StrJoin(host.missing_capabilities, ", ")), false,
      "give the container these capabilities (docker run --cap-add ...), or be no root in it at all: "
      "then jailrun runs rootless");
}

v1::HostFact DescribeCgroups(const Host& host) {
  constexpr char kCure[] =
      "mount a writable /sys/fs/cgroup with memory, pids and cpu (docker run --cgroupns private and a "
      "read-write mount; systemd: Delegate=yes); without, a sampler and rlimits stand in, and each record "
      "says so: "
      "doctor --best-effort proves how well";
  if (host.cgroup_version == CgroupVersion::kNone) return MakeFact("cgroups", "none", false, kCure);
  const bool is_v1 = host.cgroup_version == CgroupVersion::kV1;
  const std::string names = absl::StrJoin(host.controllers, ", ");
  return MakeFact(
      "cgroups",
      absl::StrCat(is_v1 ? "v1: " : "v2: ",
                   names.empty() ? host.cgroups_read_only ? "read-only" : "no controller of ours" : names),
      is_v1 ? HasAll(host, kV1Controllers) : HasAll(host, kV2Controllers), kCure);
}

v1::HostFact DescribeUserNamespaces(const Host& host) {
  constexpr char kCure[] =
      "sysctl -w user.max_user_namespaces=15000 kernel.unprivileged_userns_clone=1 "
      "kernel.apparmor_restrict_unprivileged_userns=0";
  if (host.user_namespaces == 0) return MakeFact("user namespaces", "none", false, kCure);
  const bool denied = host.user_namespaces_denied && !host.privileged();
  return MakeFact("user namespaces",
                  denied ? "not for those without privilege" : absl::StrCat("up to ", host.user_namespaces),
                  !denied, kCure);
}

}  // namespace

Host LookAtHost(const std::string& launcher_path, bool rootless, const std::string& root) {
  utsname names = {};
  uname(&names);
  Host host;
  host.kernel = names.release;
  host.uid = geteuid();
  host.rootless = rootless;
  host.setuid_launcher = IsSetuidRoot(launcher_path);
  host.container = FindContainer(root);
  if (host.privileged() && host.uid == 0) {
    host.missing_capabilities = MissingCapabilities(Read(root + "/proc/self/status"));
  }
  FindCgroups(root, &host);
  host.seccomp = absl::StrContains(Read(root + "/proc/sys/kernel/seccomp/actions_avail"), "user_notif");
  host.memfd_noexec = Exists(root + "/proc/sys/vm/memfd_noexec");
  host.landlock_abi = LandlockAbi() >= kUsableLandlockAbi ? LandlockAbi() : 0;
  host.user_namespaces = ReadNumber(root + "/proc/sys/user/max_user_namespaces", 0);
  host.user_namespaces_denied = AreDenied(root);
  return host;
}

std::vector<v1::HostFact> DescribeHost(const Host& host) {
  return {
      MakeFact("kernel", host.kernel),
      MakeFact("container", host.container.empty() ? "no sign of one" : host.container),
      DescribePrivilege(host),
      DescribeCgroups(host),
      DescribeUserNamespaces(host),
      MakeFact("seccomp", host.seccomp ? "with user notification" : "without user notification", host.seccomp,
               "use a kernel from 5.9 on with CONFIG_SECCOMP_FILTER"),
      MakeFact("memfd_noexec", host.memfd_noexec ? "yes" : "no", host.memfd_noexec,
               "use a kernel from 6.3 on (vm.memfd_noexec)"),
      MakeFact("landlock", host.landlock_abi > 0 ? absl::StrCat("ABI ", host.landlock_abi) : "no"),
  };
}

}  // namespace jail::cli
