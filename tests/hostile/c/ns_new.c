// id: ns-new
// class: namespace
// does: makes a namespace of each kind by unshare and by clone
// promise: P9
// expect: OK|SYSCALL_DENIED
// unjailed: escape
static unsigned long flag;
static long by_unshare(void) { return unshare((int)flag); }
static long by_clone(void) {
  long pid = syscall(SYS_clone, flag | SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) _exit(0);
  return pid;
}
static void attack(void) {
  unsigned long kinds[] = {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWNET, CLONE_NEWPID, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP};
  int error = 0;
  for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    flag = kinds[i];
    if ((error = attempt(by_unshare)) == 0) escaped("unshare(%lx)", flag);
    if ((error = attempt(by_clone)) == 0) escaped("clone(%lx)", flag);
  }
  blocked(error);
}
