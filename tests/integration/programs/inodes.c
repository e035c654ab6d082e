#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(void) {
  char path[32];
  for (int made = 0; made < 6000; made++) {
    snprintf(path, sizeof path, "/tmp/f%d", made);
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    if (fd < 0) {
      printf("refused %s after %d\n", errno == ENOSPC ? "ENOSPC" : "?", made);
      return 0;
    }
    close(fd);
  }
  return 1;
}
