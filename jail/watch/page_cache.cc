#include "jail/watch/page_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstdint>

#include "absl/strings/match.h"
#include "jail/base/fd.h"

namespace jail::watch {
namespace {

constexpr int kLooks = 8;                           // Places of a file.
constexpr int64_t kStepBytes = int64_t{4} << 20;    // The kernel reads no more ahead for one request.
constexpr int64_t kMostBytes = int64_t{256} << 20;  // Of one file.
constexpr int64_t kLeastBytes = int64_t{1} << 20;   // Smaller files are charged quickly and kept easily.

// A file system that cannot tell (EOPNOTSUPP) is believed.
bool IsThere(int fd, int64_t size) {
  for (int look = 0; look < kLooks; ++look) {
    char byte;
    const iovec into = {&byte, 1};
    if (preadv2(fd, &into, 1, size / kLooks * look, RWF_NOWAIT) < 0 && errno == EAGAIN) return false;
  }
  return true;
}

}  // namespace

bool BringIn(const std::string& path) {
  const Fd fd(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat info = {};
  if (!fd.valid() || fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) return false;
  const int64_t size = info.st_size;
  if (size < kLeastBytes || size > kMostBytes || IsThere(fd.get(), size)) return false;
  for (int64_t at = 0; at < size; at += kStepBytes)
    posix_fadvise(fd.get(), at, kStepBytes, POSIX_FADV_WILLNEED);
  return true;
}

void BringIn(const v1::RunPlan& plan, const v1::PhasePlan& phase) {
  if (plan.has_image()) return;
  // Beneath /usr the jail sees this machine's.
  if (phase.argv_size() > 0 && absl::StartsWith(phase.argv(0), "/usr/")) BringIn(phase.argv(0));
  for (const std::string& path : phase.resident_files()) BringIn(path);
}

}  // namespace jail::watch
