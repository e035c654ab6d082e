#include <stdio.h>
#include <unistd.h>
int main(void) {
  puts("asleep");
  fflush(stdout);
  sleep(20);
  return 0;
}
