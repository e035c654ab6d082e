// The leak check: what of the host a run may leave changed, looked at before and after.
// Nothing may stay: no process, lease, cgroup, mount, file, network namespace, IPC object, key, descriptor
// (promises P19 and P20).
//
//   const Snapshot before = Snapshot::Take();
//   ... runs ...
//   EXPECT_THAT(LeaksSince(before, absl::Seconds(2)), IsEmpty());
#ifndef JAIL_TESTS_TESTLIB_JAILTEST_SNAPSHOT_H_
#define JAIL_TESTS_TESTLIB_JAILTEST_SNAPSHOT_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace jailtest {

struct Snapshot {
  static Snapshot Take();
  // "3 cgroup, 25 mount, ...": for the log of a test that is to leave the host as it was.
  std::string Counts() const;
  // By kind: "cgroup", "mount", ...; see the table in snapshot.cc.
  std::map<std::string, std::set<std::string>> things;
};

// Things that are there and were not before. Other jails may run on this machine meanwhile, so only
// what was new at the first look counts, and only if it is still there when `settle` has passed:
// a leak stays, a stranger's run comes and goes.
std::vector<std::string> LeaksSince(const Snapshot& before, absl::Duration settle);

}  // namespace jailtest

#endif  // JAIL_TESTS_TESTLIB_JAILTEST_SNAPSHOT_H_
