// To advise about another layer: a row in kAdvice; about a limit that a layer enforces: one in kLimits.
#include "tools/jailrun/doctor/advice.h"

namespace jail::cli {
namespace {

constexpr char kUserNamespaces[] =
    "allow user namespaces: sysctl -w user.max_user_namespaces=15000, on Ubuntu also "
    "kernel.apparmor_restrict_unprivileged_userns=0; in a container, let its seccomp profile allow clone";
constexpr char kNamespaces[] =
    "the kernel lacks this namespace or a container's profile forbids it; start the container with "
    "--privileged, or run on the host itself";
constexpr char kCgroup[] =
    "give jailrun the controller: run it as root, or delegate a cgroup v2 with memory, cpu and pids "
    "(systemd: Delegate=yes); a kernel started with cgroup_disable=memory has none";
constexpr char kPrivilege[] =
    "without privilege there is only the caller's own uid and no control group; run as root, or have root do "
    "make install SETUID=1 and join the group jailrun";

constexpr char kIo[] =
    "for --io-read-rate and --io-write-rate: give jailrun's parent group the io controller (systemd: "
    "Delegate=yes), "
    "and have /usr on a disk of its own, not on an overlay";

struct Advice {
  v1::Protection protection;
  const char* text;
};
constexpr Advice kAdvice[] = {
    {v1::PROTECTION_USER_NAMESPACE, kUserNamespaces},
    {v1::PROTECTION_PID_NAMESPACE, kNamespaces},
    {v1::PROTECTION_MOUNT_NAMESPACE, kNamespaces},
    {v1::PROTECTION_NETWORK_NAMESPACE, kNamespaces},
    {v1::PROTECTION_IPC_NAMESPACE, kNamespaces},
    {v1::PROTECTION_UTS_NAMESPACE, kNamespaces},
    {v1::PROTECTION_CGROUP_NAMESPACE, kNamespaces},
    {v1::PROTECTION_READ_ONLY_ROOT, kNamespaces},
    {v1::PROTECTION_SECCOMP, "use a kernel built with CONFIG_SECCOMP_FILTER"},
    {v1::PROTECTION_LANDLOCK,
     "use a kernel from 5.19 on with landlock in its lsm= list (/sys/kernel/security/lsm)"},
    {v1::PROTECTION_MEMORY_CGROUP, kCgroup},
    {v1::PROTECTION_CPU_CGROUP, kCgroup},
    {v1::PROTECTION_PIDS_CGROUP, kCgroup},
    {v1::PROTECTION_PRIVATE_UID, kPrivilege},
    {v1::PROTECTION_SEPARATE_INIT_UID, kPrivilege},
    {v1::PROTECTION_NO_GROUPS, kPrivilege},
    {v1::PROTECTION_MEMFD_NOEXEC, "use a kernel from 6.3 on (vm.memfd_noexec)"},
    {v1::PROTECTION_NO_NESTED_NAMESPACES, "use a kernel from 4.9 on (user.max_*_namespaces)"},
};

struct LimitLayer {
  v1::Resource resource;
  v1::Protection layer;
};
constexpr LimitLayer kLimits[] = {
    {v1::RESOURCE_MEMORY_BYTES, v1::PROTECTION_MEMORY_CGROUP},
    {v1::RESOURCE_PROCESSES, v1::PROTECTION_PIDS_CGROUP},
    {v1::RESOURCE_CPU_TIME_MS, v1::PROTECTION_CPU_CGROUP},
    {v1::RESOURCE_CPU_MILLICORES, v1::PROTECTION_CPU_CGROUP},
};

// What the helper cannot give a caller who has no privilege, whatever the host has.
bool NeedsPrivilege(v1::Protection protection) {
  switch (protection) {
    case v1::PROTECTION_MEMORY_CGROUP:
    case v1::PROTECTION_CPU_CGROUP:
    case v1::PROTECTION_PIDS_CGROUP:
    case v1::PROTECTION_MEMFD_NOEXEC:
      return true;
    default:
      return false;
  }
}

}  // namespace

const char* AdviceFor(const Host& host, v1::Protection protection) {
  // Without privilege, privilege is the cure.
  if (!host.privileged() && NeedsPrivilege(protection)) return kPrivilege;
  for (const Advice& row : kAdvice) {
    if (row.protection == protection) return row.text;
  }
  return nullptr;
}

const char* AdviceFor(const Host& host, v1::Resource resource) {
  const bool io =
      resource == v1::RESOURCE_IO_READ_BYTES_PER_SECOND || resource == v1::RESOURCE_IO_WRITE_BYTES_PER_SECOND;
  if (io) return host.privileged() ? kIo : kPrivilege;
  for (const LimitLayer& row : kLimits) {
    if (row.resource == resource) return AdviceFor(host, row.layer);
  }
  return nullptr;
}

}  // namespace jail::cli
