// id: root-again
// class: posture
// does: becomes another user by every call there is, takes capabilities, runs set-uid programs
// promise: P8
// expect: OK|SYSCALL_DENIED
// unjailed: any
#include <grp.h>
#include <sys/fsuid.h>
static long user(void) { return setresuid(0, 0, 0); }
static long group(void) { return setresgid(0, 0, 0); }
static long groups(void) { gid_t g[] = {0, 27}; return setgroups(2, g); }
static long files(void) { setfsuid(0); if (setfsuid((uid_t)-1) == 0) return 0; errno = EPERM; return -1; }
static long caps(void) { uint32_t h[2] = {0x20080522, 0}, d[6] = {~0u, ~0u, ~0u, ~0u, ~0u, ~0u}; return syscall(SYS_capset, h, d); }
static long ambient(void) { return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 21, 0, 0); }
static long keep(void) { return prctl(PR_SET_SECUREBITS, 0, 0, 0, 0); }
static void attack(void) {
  struct { const char* what; long (*action)(void); } ways[] = {{"setresuid", user}, {"setresgid", group}, {"setgroups", groups},
      {"setfsuid", files}, {"capset", caps}, {"an ambient capability", ambient}, {"securebits", keep}};
  int error = 0;
  for (unsigned i = 0; i < sizeof ways / sizeof *ways; i++) {
    if ((error = attempt(ways[i].action)) == 0) escaped("%s", ways[i].what);
  }
  for (int cap = 0; cap < 64; cap++) if (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1) escaped("capability %d in the bounding set", cap);
  blocked(error);
}
