// Control groups behind one small interface: v1, v2 or none, chosen by looking at the host. A jail has
// one group per hierarchy, named jailrun.OWNER.SLOT, a child of the helper's own group (v1) or of the
// nearest one above it that may have such children (v2, see v2_parent.h). Everything works on directory
// descriptors, so a unit test can hand in a tree of plain files. To add a back-end: a row of functions here
// and a line in DetectCgroups.
#ifndef JAIL_CGROUP_CGROUP_H_
#define JAIL_CGROUP_CGROUP_H_

#include <cstdint>

#include "jail/plan/raw_report.h"

namespace jail::cgroup {

// One hierarchy a jail has a group in. v2 has one for everything; v1 one per controller.
enum Hierarchy { kMemory, kPids, kCpuacct, kCpu, kBlkio, kHierarchies };

struct CgroupBackend;

struct Cgroups {
  const CgroupBackend* backend = nullptr;  // Null: the host gives us none.
  int parent[kHierarchies] = {-1, -1, -1, -1, -1};
  int group[kHierarchies] = {-1, -1, -1, -1, -1};
  int join[kHierarchies] = {-1, -1, -1, -1, -1};  // Where the child writes "0"; -1: nowhere.
  // Slots are numbers of one lease file. Another instance, with a /run of its own, may share our
  // hierarchies: its groups carry another owner in their names and are never touched.
  int64_t owner = 0;
  int64_t slot = -1;
  bool unwanted[kHierarchies] = {};  // No group of this run; those of others are swept all the same.
  // Set by set_limits: whose counters must still be there in the end.
  bool limited[kHierarchies] = {};

  bool Has(Hierarchy hierarchy) const { return group[hierarchy] >= 0; }
};

// Bytes a second of one disk, as the kernel has them.
struct IoRates {
  int64_t read, write;
};

struct CgroupBackend {
  plan::CgroupKind kind;
  int hierarchies;  // How many of the arrays above it uses.
  bool clone_into;  // clone3 puts the child into group[0]; else the child writes to join[].
  // A limit whose controller we were not given is not in the report afterwards; that is no error.
  int (*set_limits)(Cgroups&, const plan::Limits&, plan::RawReport*);
  // What the job asks for, of one disk ("8:0"); read back, and the least of all disks so far kept.
  int (*limit_io)(const Cgroups&, const char* disk, const plan::Limits&, IoRates*);
  int (*read_cpu)(const Cgroups&, int64_t* total_ns, int64_t* user_ns, int64_t* system_ns);
  int (*collect)(const Cgroups&, plan::Usage*);
  // What is in use now; what a group does not say stays as it is.
  int (*sample)(const Cgroups&, plan::ResourceSample*);
  // Kills all of a group and waits, not for long, until it is empty. Null: pid by pid.
  int (*kill)(int group);
};

extern const CgroupBackend kCgroupV1;
extern const CgroupBackend kCgroupV2;

// Finds the back-end and opens the parents. No cgroupfs at all is not an error: backend stays null.
// `proc` is an open /proc.
int DetectCgroups(int proc, Cgroups* cgroups);

// Makes the jail's groups and opens their join files. EEXIST is fine: an empty leftover.
int MakeGroups(Cgroups* cgroups);

// Kills what is still in the groups of `slot` and removes them, which it adds to `removed`. EBUSY:
// something is still dying.
int ClearSlot(const Cgroups& cgroups, int64_t slot, plan::Removed* removed);
// The same in one hierarchy.
int ClearGroup(const Cgroups& cgroups, int hierarchy, int64_t slot, plan::Removed* removed);

// Processes and threads in the jail's groups at this moment; -1: no controller counts them.
int64_t CountTasks(const Cgroups& cgroups);

// Calls `sweep` for every group of ours beneath our parents, live or not, until it returns an errno.
int ForEachGroup(const Cgroups& cgroups, int (*sweep)(void* context, int hierarchy, int64_t slot),
                 void* context);

void CloseGroups(Cgroups* cgroups);

}  // namespace jail::cgroup

#endif  // JAIL_CGROUP_CGROUP_H_
