// id: ptrace-anyone
// class: pid
// does: traces its parent, process 1, whatever it can see, and lets itself be traced
// promise: P5 P12
// expect: OK|SYSCALL_DENIED
// unjailed: escape
#include <sys/ptrace.h>
static pid_t target;
static long seize(void) {
  if (ptrace(PTRACE_SEIZE, target, 0, 0) < 0) return -1;
  ptrace(PTRACE_DETACH, target, 0, 0);
  return 0;
}
static long let_me(void) { return ptrace(PTRACE_TRACEME, 0, 0, 0); }
static void attack(void) {
  int error = attempt(let_me);
  if (error == 0) escaped("PTRACE_TRACEME");
  DIR* proc = opendir("/proc");
  for (struct dirent* entry; proc != NULL && (entry = readdir(proc)) != NULL;) {
    target = atoi(entry->d_name);
    if (target > 0 && target != getpid() && attempt(seize) == 0) escaped("traced %d", target);
  }
  target = 1;
  if (attempt(seize) == 0) escaped("traced process 1");
  blocked(error);
}
