// id: pids-threads
// class: pids
// does: starts 300 threads that stay
// promise: P15
// expect: OK
// unjailed: escape
#include <pthread.h>
static void* stay(void*) { sleep(3); return NULL; }
static void attack(void) {
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 65536);
  for (int made = 0; made < 300; made++) {
    pthread_t thread;
    int error = pthread_create(&thread, &small, stay, NULL);
    if (error != 0) { printf("INFO %d threads\n", made); blocked(error); }
  }
  escaped("300 threads");
}
