// Where on cgroup v2 a jail's group can be made: a group gives controllers to its children only while it
// has no process of its own ("no internal processes"; the host's root alone may do both). Ours has one
// at least: us. So, from our own group upwards, the first that has our owner and
//
//   gives memory and pids to its children already     is used as it is: the host's root, a systemd slice
//   can be made to, because it holds no process       is made to
//   is delegated to us (systemd's Delegate=, the      is made to when its processes have moved, all of them,
//   into
//     root of a container, a chown)                   its child "jailrun.callers": one that stays would
//     forbid it
//
// A group that is not delegated is its manager's, systemd's as a rule: its processes stay where they are
// and the jail becomes a sibling, under what the parent may use. Moved processes keep every limit they
// had, for the new group sets none; they are not moved back, the next run would only move them again.
// Groups of another owner are passed over: who can write to a group can take a process out of a limit,
// and a pid that we move there by mistake, because it was used again meanwhile, would be in his hands.
#ifndef JAIL_CGROUP_V2_PARENT_H_
#define JAIL_CGROUP_V2_PARENT_H_

namespace jail::cgroup {

// `mount` is the hierarchy's root as we see it, `own` our own path in it, without the leading slash.
// Opens *parent. When no group can be had it is the root as we see it: then making a child there fails with
// the reason, or the child comes up without controllers.
int FindV2Parent(int mount, const char* own, int* parent);

// True when we are in that very group.
bool HoldsUs(int group);

// True when the blank-separated list `file` of the group has that word.
bool HasWord(int group, const char* file, const char* word);

}  // namespace jail::cgroup

#endif  // JAIL_CGROUP_V2_PARENT_H_
