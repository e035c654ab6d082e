#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
static char block[256 << 10];
int main(void) {
  signal(SIGXFSZ, SIG_IGN);
  int fd = open("/tmp/big", O_CREAT | O_WRONLY, 0600);
  for (int written = 0; written < 64; written++) {
    if (write(fd, block, sizeof block) < 0) {
      printf("refused %s after %d\n", errno == EFBIG ? "EFBIG" : "?", written);
      return 0;
    }
  }
  return 1;
}
