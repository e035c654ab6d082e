#include <errno.h>
#include <stdio.h>
#include <unistd.h>
int main(void) {
  for (int made = 0; made < 300; made++) {
    int pid = fork();
    if (pid < 0) {
      printf("refused %s after %d\n", errno == EAGAIN ? "EAGAIN" : "?", made);
      return 0;
    }
    if (pid == 0) {
      sleep(10);
      return 0;
    }
  }
  return 1;
}
