// id: kres-watches
// class: kernel-resources
// does: takes what is counted per user of the host: inotify instances and pending signals
// promise: P32
// expect: OK
// unjailed: escape
#include <sys/inotify.h>
static void attack(void) {
  int watches = 0, signals = 0;
  while (watches < 100 && inotify_init1(0) >= 0) watches++;
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGRTMIN);
  sigprocmask(SIG_BLOCK, &set, NULL);
  union sigval value = {0};
  while (signals < 20000 && sigqueue(getpid(), SIGRTMIN, value) == 0) signals++;
  if (watches >= 100) escaped("%d inotify instances", watches);
  if (signals >= 20000) escaped("%d pending signals", signals);
  blocked(errno);
}
