// To teach the doctor about a layer: a row in kAdvice.
#include "tools/jailrun/doctor.h"

#include <algorithm>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/jailrun/langs.h"
#include "tools/jailrun/render.h"
#include "tools/jailrun/table.h"
#include "tools/jailrun/visible.h"

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
     "use a kernel from 5.13 on with landlock in its lsm= list (/sys/kernel/security/lsm)"},
    {v1::PROTECTION_MEMORY_CGROUP, kCgroup},
    {v1::PROTECTION_CPU_CGROUP, kCgroup},
    {v1::PROTECTION_PIDS_CGROUP, kCgroup},
    {v1::PROTECTION_PRIVATE_UID, kPrivilege},
    {v1::PROTECTION_SEPARATE_INIT_UID, kPrivilege},
    {v1::PROTECTION_NO_GROUPS, kPrivilege},
    {v1::PROTECTION_MEMFD_NOEXEC, "use a kernel from 6.3 on (vm.memfd_noexec)"},
    {v1::PROTECTION_NO_NESTED_NAMESPACES, "use a kernel from 4.9 on (user.max_*_namespaces)"},
};

bool IsMissing(const v1::Isolation::Layer& layer) {
  return layer.requested() && layer.state() != v1::Isolation::STATE_ENFORCED;
}

bool IsUnavailable(const v1::Isolation::Layer& layer) {
  return IsMissing(layer) || layer.state() == v1::Isolation::STATE_UNAVAILABLE;
}

// Without privilege, privilege is the cure.
const char* AdviceFor(const v1::Isolation& isolation, v1::Protection protection) {
  if (isolation.mode() == v1::Isolation::MODE_ROOTLESS) return kPrivilege;
  const auto* row = std::find_if(std::begin(kAdvice), std::end(kAdvice), [protection](const Advice& advice) {
    return advice.protection == protection;
  });
  return row == std::end(kAdvice) ? nullptr : row->text;
}

// A limit that is asked for but that nothing enforces. Stand-ins count: the layer they stand in for is
// missing, and said to be.
std::vector<std::string> UnenforcedLimits(const v1::ResultRecord& probe) {
  std::vector<std::string> names;
  for (const v1::PhaseResult& phase : probe.phases()) {
    for (const v1::LimitReport& limit : phase.limits()) {
      if (!limit.has_effective() && limit.mechanism().empty())
        names.push_back(v1::Resource_Name(limit.resource()));
    }
  }
  return names;
}

// Layers with the same cure stand together.
void AddLayerAdvice(const v1::Isolation& isolation, std::vector<std::string>& steps) {
  std::vector<const char*> given;
  for (const v1::Isolation::Layer& layer : isolation.layers()) {
    const char* advice = IsUnavailable(layer) ? AdviceFor(isolation, layer.protection()) : nullptr;
    if (advice == nullptr || absl::c_linear_search(given, advice)) continue;
    given.push_back(advice);
    std::vector<std::string> names;
    for (const v1::Isolation::Layer& other : isolation.layers()) {
      if (IsUnavailable(other) && AdviceFor(isolation, other.protection()) == advice)
        names.push_back(ProtectionLabel(other.protection()));
    }
    steps.push_back(absl::StrCat(absl::StrJoin(names, ", "), ": ", advice));
  }
}

std::string RenderAdvice(const v1::ResultRecord& probe) {
  std::vector<std::string> steps;
  if (!probe.failure().hint().empty()) steps.push_back(Visible(probe.failure().hint()));
  AddLayerAdvice(probe.isolation(), steps);
  if (steps.empty()) return "";
  std::string text = "\nWhat to do\n";
  for (const std::string& step : steps) absl::StrAppend(&text, "  - ", Wrap(step, 4), "\n");
  return text;
}

std::string RenderLanguages(const v1::RuntimeCatalog& catalog) {
  Table table(2);
  for (const v1::Runtime& runtime : catalog.runtimes()) {
    const std::vector<std::string> missing = MissingTools(runtime);
    table.Row({runtime.name(), missing.empty() ? "installed" : "not installed",
               missing.empty() ? "" : absl::StrCat("no ", absl::StrJoin(missing, ", "))});
  }
  return absl::StrCat("\nLanguages (jailrun langs --check tests them)\n", table.Text());
}

std::string RenderConclusion(const v1::ResultRecord& probe) {
  if (HostIsReady(probe)) {
    return "This host is ready: a jail was made, everything asked for was enforced, and nothing was left "
           "behind.\n";
  }
  if (probe.verdict() == v1::VERDICT_OK)
    return "Jails run on this host, but not with all the protection asked for.\n";
  return absl::StrCat("No jail can be made on this host.\n", RenderVerdict(probe));
}

}  // namespace

bool HostIsReady(const v1::ResultRecord& probe) {
  return probe.verdict() == v1::VERDICT_OK && !absl::c_any_of(probe.isolation().layers(), IsMissing) &&
         UnenforcedLimits(probe).empty();
}

std::string RenderDoctor(const v1::ResultRecord& probe, const v1::RuntimeCatalog& catalog) {
  std::string text =
      absl::StrCat(RenderConclusion(probe), "Kernel ", Visible(probe.provenance().kernel_release()),
                   ", jailrun ", Visible(probe.provenance().jail_version()), "\n\n");
  if (probe.has_failure()) absl::StrAppend(&text, RenderFailure(probe), "\n");
  text += RenderIsolation(probe.isolation());
  for (const v1::PhaseResult& phase : probe.phases()) {
    absl::StrAppend(&text, "\nLimits, as a jailed /usr/bin/true met them\n",
                    RenderLimits(phase, Detail::kFull));
  }
  return absl::StrCat(text, RenderLanguages(catalog), RenderAdvice(probe));
}

}  // namespace jail::cli
