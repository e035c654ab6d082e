// The program's own process, from its working directory to exec.
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

#include "jail/base/cpus.h"
#include "jail/base/rights.h"
#include "jail/base/sys.h"
#include "jail/launch/child.h"
#include "jail/launch/entry.h"
#include "jail/launch/step.h"
#include "jail/plan/memfds.h"
#include "jail/root/files.h"

namespace jail::launch {
namespace {

constexpr char kWorkDir[] = "/work";
constexpr int kFirstFree = 3;  // Behind stdin, stdout and stderr.

}  // namespace

int EnterWork(Context&) {
  if (chdir(kWorkDir) != 0) return errno;
  char path[64];
  const long length = syscall(SYS_getcwd, path, sizeof path);
  if (length < 0) return errno;
  return std::strcmp(path, kWorkDir) == 0 ? 0 : ENOTDIR;  // "(unreachable)/...": outside the root.
}

int WriteFiles(Context& context) {
  int work = -1;
  if (const int error = Keep(open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), &work)) return error;
  const int error = root::WriteFiles(context.plan, plan::Place::kWork, work, 0644, context.report->child);
  CloseFd(&work);
  return error;
}

int NewSession(Context& context) {
  if (setsid() < 0) return errno;
  if (IsFork(context)) return UnblockSignals();  // The runtime's own handlers stay.
  if (const int error = SetHandlers(kIgnoredSignals, SIG_DFL)) return error;
  return UnblockSignals();
}

// The only descriptors that survive exec: our pipes' ends, and sockets to whoever gave them to us.
int ArrangeFds(Context& context) {
  for (int fd = 0; fd < context.channels_end; fd = fd == 2 ? plan::kFirstChannelFd : fd + 1) {
    At(context.report->child, fd, fd <= 2 ? "stdio" : "channel");
    struct stat status;
    if (fstat(fd, &status) != 0) return errno;
    if ((status.st_mode & S_IFMT) != (fd <= 2 ? S_IFIFO : S_IFSOCK)) return EBADF;
    if (fcntl(fd, F_SETFD, 0) != 0) return errno;
  }
  return 0;
}

// A jail built ahead waits here, as long as it may: end of file means that the helper is gone.
int AwaitJob(Context& context) {
  context.report->program_cpu = OwnCpu();
  StayOn(0, context.report->program_cpu);
  if (const int error = SendByte(context.sync_child, kSyncParked)) return error;
  uint8_t byte = 0;
  int fd = -1;
  int error = ReceiveByte(context.sync_child, 0, &byte, &fd);
  if (error == 0) error = fd < 0 || byte != kSyncJob ? ECANCELED : plan::OpenPlan(fd, &context.plan);
  CloseFd(&fd);
  return error != 0 ? error : TakeCpus(context.cpus);
}

// Keeps what exec itself closes: the pipe that tells of it and the way for the listener.
int CloseOtherFds(Context& context) {
  const int low = context.exec_write < context.sync_child ? context.exec_write : context.sync_child;
  const int high = context.exec_write < context.sync_child ? context.sync_child : context.exec_write;
  if (const int error = CloseBetween(kFirstFree, plan::kFirstChannelFd - 1)) return error;
  if (const int error = CloseBetween(context.channels_end, low - 1)) return error;
  if (const int error = CloseBetween(low + 1, high - 1)) return error;
  return CloseFrom(high + 1);
}

// No instruction of the program before init is confined too. init has had less to do: it is ready.
int AwaitInit(Context& context) {
  char byte = 0;
  ssize_t n;
  do n = read(context.init_peer, &byte, 1);
  while (n < 0 && errno == EINTR);
  CloseFd(&context.init_peer);
  if (n < 0) return errno;
  return n == 1 ? 0 : ECANCELED;
}

int InstallSeccomp(Context& context) {
  constexpr unsigned kListen = SECCOMP_FILTER_FLAG_NEW_LISTENER;
  At(context.report->child, -1, context.policy->name);
  int listener = -1;
  int error = AnyCpus(context.plan.limits().cpus.words) ? KeepCpus() : 0;
  if (error != 0) return error;
  error = LoadFilter(context.policy->code, context.policy->length,
                     kListen | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &listener);
  // Before Linux 5.19 a signal may interrupt a denied call while it is looked at; nothing worse.
  if (error == EINVAL) error = LoadFilter(context.policy->code, context.policy->length, kListen, &listener);
  if (error != 0) return error;
  context.report->verified.seccomp = 1;
  error = SendByte(context.sync_child, kSyncListener, listener);
  CloseFd(&listener);
  return error;
}

int Exec(Context& context) {
  static const char* argv[plan::kMaxStrings + 1];
  static const char* env[plan::kMaxStrings + 1];
  context.plan.Argv(argv);
  context.plan.Env(env);
  At(context.report->child, -1, argv[0]);
  context.report->setup_cpu_ns = OwnCpuNs();
  context.report->program_cpu = OwnCpu();
  context.report->exec_ns = NowNs();
  // A fork is the program already; what exec does besides is to let it look at itself.
  if (IsFork(context)) return Errno(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
  execve(argv[0], const_cast<char**>(argv), const_cast<char**>(env));
  const int error = errno;
  context.report->exec_ns = 0;
  return error;
}

}  // namespace jail::launch
