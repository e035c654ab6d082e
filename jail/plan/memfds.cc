#include "jail/plan/memfds.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "jail/base/sys.h"

namespace jail::plan {

int OpenPlan(int fd, View* plan) {
  constexpr int kSeals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  const int seals = fcntl(fd, F_GET_SEALS);
  if (seals < 0) return errno;
  if ((seals & kSeals) != kSeals) return EPERM;
  struct stat status;
  if (fstat(fd, &status) != 0) return errno;
  const uint64_t size = static_cast<uint64_t>(status.st_size);
  if (size < sizeof(Header) || size > kMaxPlanBytes) return EBADMSG;
  const void* bytes = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (bytes == MAP_FAILED) return errno;
  return View::Check(bytes, size, plan);
}

int MakeReportFile(int* fd) {
  if (const int error = MakeMemfd("jailrun-report", fd)) return error;
  if (ftruncate(*fd, sizeof(RawReport)) != 0) return errno;
  return Errno(fcntl(*fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW));
}

int MapReport(int fd, RawReport** report) {
  void* memory = mmap(nullptr, sizeof(RawReport), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
  if (memory == MAP_FAILED) return errno;
  *report = static_cast<RawReport*>(memory);
  return 0;
}

}  // namespace jail::plan
