#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
int main(void) {
  for (int opened = 0; opened < 5000; opened++) {
    if (open("/dev/null", O_RDONLY) < 0) {
      printf("refused %s after %d\n", errno == EMFILE ? "EMFILE" : "?", opened);
      return 0;
    }
  }
  return 1;
}
