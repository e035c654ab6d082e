// id: cc-before-main
// class: compile
// phase: compile
// does: code before main and after exit, in a chain of exit handlers that never ends
// promise: P16
// expect: WALL_TIME_LIMIT|SIGNALED within=25
// unjailed: any
#include <stdlib.h>
#include <unistd.h>
static void again(void) {
  usleep(1000);
  atexit(again);
}
__attribute__((constructor)) static void early(void) {
  alarm(15);
  atexit(again);
}
int main(void) { return 0; }
