// id: time-threads
// class: time
// does: threads that hammer futexes: system time, and on every processor at once
// promise: P16
// expect: CPU_TIME_LIMIT within=7
// unjailed: escape
#include <pthread.h>
#include <time.h>
static int word;
static void* hammer(void* unused) {
  for (;;) {
    syscall(SYS_futex, &word, 1, 1000, 0, 0, 0);
    sched_yield();
  }
  return unused;
}
static void attack(void) {
  pthread_t thread;
  for (int i = 0; i < 3; i++) pthread_create(&thread, NULL, hammer, NULL);
  for (time_t end = time(NULL) + 6; time(NULL) < end;) syscall(SYS_futex, &word, 1, 1, 0, 0, 0);
  escaped("six seconds of storm");
}
