// The zygotes of a helper that lives on: runtimes started once, each to be forked into many jails.
#ifndef JAIL_HELPER_ZYGOTES_H_
#define JAIL_HELPER_ZYGOTES_H_

#include <sys/types.h>

#include <cstdint>

#include "jail/cgroup/cgroup.h"
#include "jail/plan/builtin.h"
#include "jail/plan/ceilings.h"
#include "jail/plan/layout.h"

namespace jail::helper {

inline constexpr int kMostZygotes = 4;

// All that tells one zygote from another.
struct Kind {
  const plan::CompiledZygote* loader;
  char root[plan::kMaxNameBytes + 1];
  char hostname[plan::kMaxNameBytes + 1];
  int64_t stack_bytes;
  uint32_t channels;
};

struct Zygote {
  Kind kind;
  int control;  // -1: there is none.
  pid_t pid;
  int births;
};

struct Zygotes {
  bool privileged = false;
  bool given_up = false;  // They cannot be had here.
  int deaths = 0;         // Of those that nobody had sent away.
  Zygote all[kMostZygotes] = {};
  int count = 0;
  int oldest = 0;  // The next to go.
  // The uid that they share: of a lease, which ends with this process.
  int leases = -1;
  plan::SiteLimits site = {};
  cgroup::Cgroups cgroups;
};

// The one that a jail of this plan is to be born of, started if need be, and a connection to it for that
// jail. Null: of none; the jail's runtime is started in the jail.
const Zygote* Connect(Zygotes& zygotes, int plan_fd, int* connection);

// No more jails; each goes when the last of its own has gone.
void Release(Zygotes& zygotes);

}  // namespace jail::helper

#endif  // JAIL_HELPER_ZYGOTES_H_
