// Put in front of every C and C++ payload by the runner; see attack.py. main() is the kit's: a payload
// defines `static void attack(void)`.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CANARY "/var/tmp/jailrun-canary"
#define MIB (1L << 20)

__attribute__((unused, noreturn, format(printf, 1, 2))) static void escaped(const char* format, ...) {
  va_list args;
  va_start(args, format);
  fputs("ESCAPE ", stdout);
  vprintf(format, args);
  puts("");
  fflush(stdout);
  _exit(0);
}

__attribute__((unused, noreturn)) static void blocked(int error) {
  printf("BLOCKED %s\n", error < 0    ? "killed"
                         : error == 0 ? "see the host's checks"
                                      : strerrorname_np(error));
  fflush(stdout);
  _exit(0);
}

// In a child: 0 it worked, an errno, or -1 when the child was killed for it.
__attribute__((unused)) static int attempt(long (*action)(void)) {
  int status = 0;
  pid_t pid = fork();
  if (pid < 0) return errno;
  if (pid == 0) {
    alarm(5);
    errno = 0;
    _exit(action() >= 0 ? 0 : errno != 0 ? errno : 255);
  }
  if (waitpid(pid, &status, 0) < 0) return errno;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// The code behind the call was not reached: refused at the door, or killed for knocking.
__attribute__((unused)) static int refused(int error) {
  return error == -1 || error == EPERM || error == ENOSYS || error == EACCES || error == EAFNOSUPPORT;
}

static void attack(void);
int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  alarm(20);
  puts("START @ID@");
  attack();
  blocked(0);
}
