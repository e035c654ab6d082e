// The kinds of host that jailrun meets, each made for one process: just before it becomes jailrun it hides,
// gives up or closes what such a host lacks. What must come of it stands in the row: doctor's table
// and the record are held to it, limit by limit.
#ifndef JAIL_TESTS_INTEGRATION_HOST_KINDS_H_
#define JAIL_TESTS_INTEGRATION_HOST_KINDS_H_

#include <ostream>
#include <string>
#include <vector>

#include "tests/testlib/jailtest/process.h"

namespace jailtest {

// What enforces which limit, in the record's words.
struct Enforcement {
  const char* memory;
  const char* processes;
  const char* cpu_time;
  const char* cpu_rate;      // Null: nothing stands in for it.
  const char* io_read_rate;  // Likewise.
};

struct HostKind {
  const char* name;
  bool (*here)();   // Whether this machine can be made to be one.
  void (*enter)();  // In the child, before exec. Exits with status 99 when it cannot.
  bool privileged;
  Enforcement by;
};

// The four shapes, and those that miss one controller: rows of theirs with one mechanism removed.
extern const std::vector<HostKind> kHostKinds;
extern const std::vector<HostKind> kHostsLackingAController;
// As good as none.
extern const HostKind kHostWithReadOnlyCgroups;

inline void PrintTo(const HostKind& host, std::ostream* out) { *out << host.name; }

// Those that this machine can be.
std::vector<HostKind> Here(const std::vector<HostKind>& kinds);

// --- Ways to make a host ---

void NoCgroups();
void ReadOnlyCgroups();
void BecomeUser();
// As a container engine's default filter does for a root without CAP_SYS_ADMIN.
void ForbidNamespaces();
// A kernel that does not know this system call.
void ForgetCall(unsigned number);
// Drops it for good; to be called with a constant of <linux/capability.h>.
void LoseCapability(int capability);

// --- Running there ---

// Copies jailrun and its helper to where every user can reach them. The build tree may be in /root. To be
// called before the leak check's first look: they stay until the test process ends, whose /tmp is its own.
void InstallForUsers();
// `jailrun --record ... ARGS` on such a host. After InstallForUsers.
Command CommandOn(const HostKind& host, const std::vector<std::string>& args);

}  // namespace jailtest

#endif  // JAIL_TESTS_INTEGRATION_HOST_KINDS_H_
