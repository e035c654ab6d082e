// doctor's attacks are real: run without a jail, by root in namespaces of the test's, they say that they
// escaped. Left out: what would write to the host, and bombs.
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/testlib/jailtest/jailrun.h"

namespace jailtest {
namespace {

using testing::HasSubstr;

// What an attack may break is the test's own; mounts, host name, queues and keys go with it.
void OwnNamespaces() {
  if (unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC) != 0) _exit(99);
  if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) _exit(99);
}

class AttackTest : public JailTest, public testing::WithParamInterface<const char*> {};

INSTANTIATE_TEST_SUITE_P(All, AttackTest,
                         testing::Values("read-host", "proc-doors", "processes-outside", "tracing",
                                         "become-root", "capabilities", "new-privileges", "environment",
                                         "descriptors", "host-name", "cgroups", "user-namespace",
                                         "namespaces", "mounts", "ipc", "keyctl", "bpf", "perf", "admin",
                                         "filter", "terminal", "socket-netlink", "socket-packet",
                                         "socket-others", "priority", "execute-memfd"),
                         [](const auto& row) {
                           std::string name = row.param;
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

TEST_P(AttackTest, EscapesWhereThereIsNoJail) {
  char host[256] = {};
  ASSERT_EQ(gethostname(host, sizeof host - 1), 0);
  Command command{
      .argv = {JAILTEST_ATTACK, GetParam(), "victim=", absl::StrCat("host=", host), "secret=", "marker=x"},
      .env = {"FOREIGN=1"},
      .give = {{7, STDIN_FILENO}},
      .before_exec = OwnNamespaces};
  // Not to be killed: the attack gets a victim of its own.
  Process victim(Command{.argv = {"/usr/bin/sleep", "20"}});
  command.argv[2] = absl::StrCat("victim=", victim.pid());
  Process attack(std::move(command));
  const Outcome outcome = attack.Finish();
  victim.Signal(9);
  victim.Finish();
  EXPECT_THAT(outcome.out, HasSubstr("\nESCAPED ")) << outcome.err;
}

}  // namespace
}  // namespace jailtest
