// id: ns-clone3
// class: namespace
// does: hides the namespace flags in a struct that no filter can read
// promise: P9
// expect: OK
// unjailed: escape
struct arguments { uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls; };
static long hidden(void) {
  struct arguments a = {.flags = CLONE_NEWUSER | CLONE_NEWNS, .exit_signal = SIGCHLD};
  long pid = syscall(435, &a, sizeof a);
  if (pid == 0) _exit(0);
  return pid;
}
static void attack(void) {
  int error = attempt(hidden);
  if (error == 0) escaped("clone3 made a user namespace");
  blocked(error);
}
