#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
static char block[1 << 20];
int main(void) {
  int fd = open("/tmp/fill", O_CREAT | O_WRONLY, 0600);
  for (int written = 0; written < 64; written++) {
    if (write(fd, block, sizeof block) < 0) {
      printf("refused %s after %d\n", errno == ENOSPC ? "ENOSPC" : "?", written);
      return 0;
    }
  }
  return 1;
}
