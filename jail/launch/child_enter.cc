// The child's first steps: tied to its parent, in its groups, root of its own namespaces only.
#include <fcntl.h>
#include <linux/magic.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cstring>

#include "jail/base/sys.h"
#include "jail/cgroup/join.h"
#include "jail/launch/child.h"
#include "jail/launch/step.h"

namespace jail::launch {
namespace {

int Join(int from, int to, plan::Trace& trace, int64_t* cpu_ns) {
  OwnCpuNs();  // To look is to charge: what was used so far is not the new group's.
  if (const int error = cgroup::JoinOffered(from, to, trace)) return error;
  *cpu_ns = OwnCpuNs();
  // Only now, so that the jail's own group is the root it sees.
  return Errno(unshare(CLONE_NEWCGROUP));
}

int ExpectNumberAt(int dir, const char* name, int64_t wanted) {
  int64_t value = 0;
  const int error = ReadNumberAt(dir, name, &value);
  return error == 0 && value != wanted ? EPERM : error;
}

}  // namespace

// First of two ways to die with the helper; the other is end of file on the sync socket.
int DieWithParent(Context& context) {
  CloseFd(&context.sync_helper);
  CloseFd(&context.exec_read);
  CloseFd(&context.leases);  // The lease is the helper's alone.
  umask(022);                // What is made from here on is for the program to see.
  return Errno(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0));
}

int AwaitIdMaps(Context& context) {
  uint8_t byte = 0;
  int fd = -1;
  // Blocks: the helper's set-up timer bounds it, and a dead helper is an end of file.
  if (const int error = ReceiveByte(context.sync_child, 0, &byte, &fd)) return error;
  CloseFd(&fd);
  return byte == 1 ? 0 : ECANCELED;
}

// By now the helper has made the groups, on another core. Whatever the program can fill comes later:
// it is charged to them.
int JoinCgroup(Context& context) {
  plan::RawReport& report = *context.report;
  return Join(context.sync_child, context.init_peer, report.child, &report.joined_cpu_ns);
}

int JoinCgroupToo(Context& context) {
  plan::RawReport& report = *context.report;
  return UnlessGone(Join(context.program_peer, -1, report.init, &report.init_joined_cpu_ns));
}

// vm.memfd_noexec counts per pid namespace and what is in it, and only host root may write it: before the id
// changes. A zygote is nobody, and has it from its own namespace.
int ForbidMemfdExec(Context& context) {
  constexpr char kScope[] = "sys/vm/memfd_noexec";
  const int error =
      IsFork(context) ? ExpectNumberAt(context.proc, kScope, 2) : WriteAt(context.proc, kScope, "2");
  if (error != 0) return GoWithout(context, plan::kMemfdNoexec, StepId::kForbidMemfdExec, error);
  context.report->memfd_noexec = 1;
  return 0;
}

// Host root until here, if with no capability: from here on an id that owns nothing anywhere.
int BecomeInsideRoot(Context& context) {
  const uid_t id = context.init_id();
  if (setresgid(id, id, id) != 0 || setresuid(id, id, id) != 0) return errno;
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return errno;
  return Errno(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0));  // Changing ids has cleared it.
}

// After the mounts: the kernel counts the one that a detached mount lives in. All other kinds need a
// capability that only a new user namespace could give.
int ForbidNestedNamespaces(Context& context) {
  const int error = WriteAt(context.proc, "sys/user/max_user_namespaces", "0");
  CloseFd(&context.proc);  // The host's: not one look further.
  if (error != 0)
    return GoWithout(context, plan::kNoNestedNamespaces, StepId::kForbidNestedNamespaces, error);
  context.report->nested_namespaces_off = 1;
  return 0;
}

int SetHostname(Context& context) {
  const char* name = context.plan.header().hostname;
  if (sethostname(name, std::strlen(name)) != 0) return errno;
  return Errno(setdomainname("", 0));
}

// By init, while the program's process builds the root: no other namespace takes the kernel as long.
int MakeNetwork(Context&) { return Errno(unshare(CLONE_NEWNET)); }

int RaiseLoopback(Context& context) {
  int fd = -1;
  if (const int error = Keep(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), &fd)) return error;
  ifreq request = {};
  std::memcpy(request.ifr_name, "lo", 3);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  int error = Control(fd, SIOCSIFFLAGS, &request);
  CloseFd(&fd);
  if (error == 0) error = Keep(openat(context.proc, "self/ns/net", O_RDONLY | O_CLOEXEC), &fd);
  if (error == 0) error = SendByte(context.program_peer, 1, fd);
  CloseFd(&fd);
  return UnlessGone(error);
}

int JoinNetwork(Context& context) {
  uint8_t byte = 0;
  int fd = -1;
  int error = ReceiveByte(context.init_peer, 0, &byte, &fd);
  if (error == 0) error = fd < 0 ? ECANCELED : Errno(setns(fd, CLONE_NEWNET));
  CloseFd(&fd);
  return error != 0 ? error : TakeCpus(context.cpus);  // init has long set where it began.
}

}  // namespace jail::launch
