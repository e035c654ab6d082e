#include <fcntl.h>
#include <unistd.h>
static char block[256 << 10];
int main(void) {
  int fd = open("/tmp/big", O_CREAT | O_WRONLY, 0600);
  for (int i = 0; i < 64; i++) {
    if (write(fd, block, sizeof block) < 0) return 1;
  }
  return 0;
}
