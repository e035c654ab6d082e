// id: surface-flood
// class: surface
// does: half a million calls that are refused by name, or half a second of them, then more of those that somebody must look at than anyone will
// promise: P24 P11
// expect: SYSCALL_DENIED within=6
// unjailed: any
#include <time.h>
#define REFUSED 500000
#define LOOKED_AT 100000
static void attack(void) {
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  int refused = 0;
  double seconds = 0;
  while (refused < REFUSED && seconds < 0.5) {
    if (syscall(SYS_setuid, 0) == 0) escaped("became root at the %dth try", refused);
    if (++refused % 1000 != 0) continue;
    clock_gettime(CLOCK_MONOTONIC, &end);
    seconds = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
  }
  printf("INFO %.1f million refusals a second\n", refused / seconds / 1e6);
  fflush(stdout);
  for (int i = 0; i < LOOKED_AT; i++) syscall(440, -1, 0, 0, 0, 0);  // process_madvise: no rule names it.
  printf("INFO all were looked at\n");
  blocked(EPERM);
}
