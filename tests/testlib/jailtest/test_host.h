// Makes this test process a small host of its own, so that the leak check sees our doings only:
//  - a subreaper: every orphan comes to us;
//  - an own mount namespace, whose mounts are *shared* like those of a systemd machine (a jail that
//    forgets to make its mounts private shows at once), with fresh /tmp and /dev/shm;
//  - an own IPC namespace.
// Needs root; without it nothing changes and the tests skip. /run stays the host's own: leases of
// uids must hold against every other jail of the machine.
#ifndef JAIL_TESTS_TESTLIB_JAILTEST_TEST_HOST_H_
#define JAIL_TESTS_TESTLIB_JAILTEST_TEST_HOST_H_

#include <string>

namespace jailtest {

// Empty when done; otherwise why it could not be done. main() calls it before the first test.
std::string BecomeTestHost();

// What BecomeTestHost said.
const std::string& TestHostProblem();

}  // namespace jailtest

#endif  // JAIL_TESTS_TESTLIB_JAILTEST_TEST_HOST_H_
