#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
static const char* name(void) {
  return errno == EROFS ? "EROFS" : errno == EACCES ? "EACCES" : errno == ETXTBSY ? "ETXTBSY" : strerror(errno);
}
int main(void) {
  char path[256] = "";
  if (readlink("/proc/self/exe", path, sizeof path - 8) < 0) return 1;
  printf("path %s\n", path);
  printf("open %s\n", open(path, O_WRONLY) < 0 ? name() : "ok");
  strcat(path, ".new");
  printf("beside %s\n", open(path, O_CREAT | O_WRONLY, 0700) < 0 ? name() : "ok");
  return 0;
}
