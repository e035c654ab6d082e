// id: cross-run-keys
// class: cross-run
// does: leaves a key in the user's keyring and looks for the one of the run before
// promise: P4 P12
// runs: 2
// expect: OK|SYSCALL_DENIED
// unjailed: escape
static void attack(void) {
  if (syscall(SYS_request_key, "user", "jailrun-mark", 0, -4) >= 0) escaped("the key of another run");
  syscall(SYS_add_key, "user", "jailrun-mark", "x", 1, -4);
  blocked(errno);
}
