// id: surface-admin
// class: surface
// does: an administrator's calls with harmless arguments: reboot, modules, swap, clock, names, ports
// promise: P12
// expect: OK|SYSCALL_DENIED
// unjailed: any
static long calls[][4] = {
    {SYS_reboot, 1, 2, 3}, {SYS_init_module, 0, 0, 0}, {SYS_delete_module, 0, 0, 0}, {SYS_kexec_load, 0, 0, 0},
    {SYS_swapon, 0, 0, 0}, {SYS_swapoff, 0, 0, 0}, {SYS_acct, 1, 0, 0}, {SYS_clock_settime, 99, 0, 0}, {SYS_sethostname, 0, 1, 0},
    {SYS_setdomainname, 0, 1, 0}, {SYS_iopl, 3, 0, 0}, {SYS_ioperm, 0x80, 1, 1}, {SYS_quotactl, 0, 0, 0}, {SYS_syslog, 10, 0, 0},
    {SYS_fanotify_init, 0, 0, 0}, {SYS_lookup_dcookie, 0, 0, 0}, {SYS_vhangup, 0, 0, 0}, {SYS_nfsservctl, 0, 0, 0}};
static unsigned chosen;
static long one(void) { return syscall(calls[chosen][0], calls[chosen][1], calls[chosen][2], calls[chosen][3], 0); }
static void attack(void) {
  int error = 0;
  for (chosen = 0; chosen < sizeof calls / sizeof *calls; chosen++) {
    if (!refused(error = attempt(one))) escaped("call %ld reached, errno %d", calls[chosen][0], error);
  }
  blocked(error);
}
