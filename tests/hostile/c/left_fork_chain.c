// id: left-fork-chain
// class: leftover
// does: forks and dies in a chain, always one step ahead of whoever kills by pid
// promise: P19
// expect: OK within=6
// unjailed: host
#include <time.h>
static void attack(void) {
  if (fork() == 0) {
    setsid();
    for (time_t end = time(NULL) + 9; time(NULL) < end;) {
      if (fork() > 0) _exit(0);
      usleep(200);
    }
    _exit(0);
  }
  usleep(100000);
  blocked(0);
}
