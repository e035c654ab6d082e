// Every step of a run by number and name. One list, so that the helper that performs them, the
// watcher that reports them and the tests that break them cannot disagree.
// To add a step: a line here, its function and its row in launch/host_steps.cc or child_steps.cc,
// its failures in watch/hints.cc.
#ifndef JAIL_PLAN_STEPS_H_
#define JAIL_PLAN_STEPS_H_

#include <cstdint>

namespace jail::plan {

// X(constant, name)
#define JAIL_HOST_STEPS(X)                 \
  X(kSanitize, "sanitize")                 \
  X(kMakeReport, "make_report")            \
  X(kCheckSeals, "check_seals")            \
  X(kReadSite, "read_site")                \
  X(kAdmitPlan, "admit_plan")              \
  X(kOpenPolicy, "open_policy")            \
  X(kOpenRootfs, "open_rootfs")            \
  X(kMountImage, "mount_image")            \
  X(kFindCgroups, "find_cgroups")          \
  X(kTakeUid, "take_uid")                  \
  X(kGiveStdio, "give_stdio")              \
  X(kSweepLeftovers, "sweep_leftovers")    \
  X(kMakeCgroup, "make_cgroup")            \
  X(kSetCgroupLimits, "set_cgroup_limits") \
  X(kOpenChannels, "open_channels")        \
  X(kCloneChild, "clone_child")            \
  X(kWriteIdMaps, "write_id_maps")         \
  X(kReleaseChild, "release_child")        \
  X(kOpenTimers, "open_timers")            \
  X(kChooseStandIns, "choose_stand_ins")   \
  X(kNoteNamespaces, "note_namespaces")    \
  X(kOfferGroups, "offer_groups")          \
  X(kMatchShape, "match_shape")            \
  X(kHandOverJob, "hand_over_job")         \
  X(kSupervise, "supervise")               \
  X(kKillAll, "kill_all")                  \
  X(kCollectUsage, "collect_usage")        \
  X(kRemoveCgroup, "remove_cgroup")        \
  X(kGiveBackUid, "give_back_uid")

#define JAIL_CHILD_STEPS(X)                              \
  X(kDieWithParent, "die_with_parent")                   \
  X(kAwaitIdMaps, "await_id_maps")                       \
  X(kForbidMemfdExec, "forbid_memfd_exec")               \
  X(kBecomeInsideRoot, "become_inside_root")             \
  X(kSetHostname, "set_hostname")                        \
  X(kDropBoundingSet, "drop_bounding_set")               \
  X(kForkProgram, "fork_program")                        \
  X(kMakeNetwork, "make_network")                        \
  X(kRaiseLoopback, "raise_loopback")                    \
  X(kInitJoinsCgroup, "init_joins_cgroup")               \
  X(kConfineInit, "confine_init")                        \
  X(kReleaseProgram, "release_program")                  \
  X(kMakeMountsPrivate, "make_mounts_private")           \
  X(kMountNewRoot, "mount_new_root")                     \
  X(kMountRootfs, "mount_rootfs")                        \
  X(kMountProc, "mount_proc")                            \
  X(kMountDev, "mount_dev")                              \
  X(kJoinCgroup, "join_cgroup")                          \
  X(kMountTmp, "mount_tmp")                              \
  X(kMountWork, "mount_work")                            \
  X(kPivotRoot, "pivot_root")                            \
  X(kDetachOldRoot, "detach_old_root")                   \
  X(kSealRootReadOnly, "seal_root_read_only")            \
  X(kJoinNetwork, "join_network")                        \
  X(kDropGroups, "drop_groups")                          \
  X(kEnterWork, "enter_work")                            \
  X(kNewSession, "new_session")                          \
  X(kArrangeFds, "arrange_fds")                          \
  X(kMakeRuleset, "make_ruleset")                        \
  X(kVerifyNamespaces, "verify_namespaces")              \
  X(kAwaitJob, "await_job")                              \
  X(kMountApp, "mount_app")                              \
  X(kForbidNestedNamespaces, "forbid_nested_namespaces") \
  X(kPinCpus, "pin_cpus")                                \
  X(kSetRlimits, "set_rlimits")                          \
  X(kSetIds, "set_ids")                                  \
  X(kLockSecurebits, "lock_securebits")                  \
  X(kDropCapabilities, "drop_capabilities")              \
  X(kNoNewPrivs, "no_new_privs")                         \
  X(kWriteFiles, "write_files")                          \
  X(kRestrictFiles, "restrict_files")                    \
  X(kAwaitInit, "await_init")                            \
  X(kCloseOtherFds, "close_other_fds")                   \
  X(kVerifyConfinement, "verify_confinement")            \
  X(kInstallSeccomp, "install_seccomp")                  \
  X(kExec, "exec")

enum class StepId : uint16_t {
  kNone = 0,
#define X(id, name) id,
  JAIL_HOST_STEPS(X) JAIL_CHILD_STEPS(X)
#undef X
      kCount,
};

inline constexpr const char* kStepNames[] = {"none",
#define X(id, name) name,
                                             JAIL_HOST_STEPS(X) JAIL_CHILD_STEPS(X)
#undef X
};

inline constexpr int kStepCount = static_cast<int>(StepId::kCount);

constexpr const char* StepName(StepId id) {
  const int index = static_cast<int>(id);
  return index >= 0 && index < kStepCount ? kStepNames[index] : "unknown";
}

}  // namespace jail::plan

#endif  // JAIL_PLAN_STEPS_H_
