// The fault loop's go-between. The watcher starts the helper with one argument and no environment,
// so the step to break comes by file: this program finds `fault` ("mount_proc:eio") beside itself,
// where the test wrote it, and becomes the fault-injecting helper with the same descriptors.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

namespace {

constexpr size_t kMaxPath = 4096;

// "<folder of this executable>/<name>"
bool Beside(const char* name, char* path) {
  const ssize_t size = readlink("/proc/self/exe", path, kMaxPath - 1);
  if (size <= 0) return false;
  path[size] = '\0';
  char* slash = strrchr(path, '/');
  if (slash == nullptr || strlen(name) + 1 > kMaxPath - static_cast<size_t>(slash - path) - 1) return false;
  strcpy(slash + 1, name);  // NOLINT: the line above made room for it.
  return true;
}

bool ReadLine(const char* path, char* line, size_t size) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const ssize_t n = read(fd, line, size - 1);
  close(fd);
  if (n <= 0) return false;
  line[n] = '\0';
  line[strcspn(line, "\n")] = '\0';
  return true;
}

}  // namespace

int main() {
  static char path[kMaxPath], fault[128], option[160];
  if (!Beside("fault", path) || !ReadLine(path, fault, sizeof fault)) return 97;
  snprintf(option, sizeof option, "--fault=%s", fault);
  if (!Beside("jail-launch-faulty", path)) return 96;
  const char* argv[] = {"jail-launch", option, nullptr};
  char* const env[] = {nullptr};
  execve(path, const_cast<char* const*>(argv), env);
  return 95;
}
