#include "tests/testlib/jailtest/test_host.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace jailtest {
namespace {

std::string Problem(const char* what) { return absl::StrCat(what, ": ", strerror(errno)); }

std::string MakeHost() {
  if (geteuid() != 0) return "needs root: private uids and cgroups are tested";
  signal(SIGPIPE, SIG_IGN);
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) return Problem("PR_SET_CHILD_SUBREAPER");
  if (unshare(CLONE_NEWNS | CLONE_NEWIPC) != 0) return Problem("unshare(NEWNS|NEWIPC)");
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return Problem("private mounts");
  if (mount(nullptr, "/", nullptr, MS_REC | MS_SHARED, nullptr) != 0) return Problem("shared mounts");
  for (const char* dir : {"/tmp", "/dev/shm"}) {
    if (mount("jailtest", dir, "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777,size=256m") != 0)
      return Problem(dir);
  }
  return "";
}

std::string& Said() {
  static std::string& said = *new std::string("BecomeTestHost was not called");
  return said;
}

}  // namespace

std::string BecomeTestHost() { return Said() = MakeHost(); }

const std::string& TestHostProblem() { return Said(); }

}  // namespace jailtest
