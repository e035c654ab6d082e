#include "jail/root/loop.h"

#include <fcntl.h>
#include <linux/loop.h>
#include <linux/major.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "jail/base/sys.h"
#include "jail/root/image.h"

namespace jail::root {
namespace {

constexpr int kTries = 64;  // Another may take the one that was free a moment ago.

// Its answer is a number, not a descriptor, but as never negative.
int FreeNumber(int control, int* number) {
  return Keep(syscall(SYS_ioctl, control, LOOP_CTL_GET_FREE), number);
}

int OpenDevice(int number, int* device) {
  FixedText<32> path;
  path.Add("/dev/loop").Add(number);
  if (const int error = OpenNoLinks(path.c_str(), O_RDONLY, device)) return error;
  struct stat status;
  if (fstat(*device, &status) != 0) return errno;
  return S_ISBLK(status.st_mode) && major(status.st_rdev) == LOOP_MAJOR ? 0 : ENXIO;
}

int Configure(int device, int file) {
  loop_config config = {};
  config.fd = static_cast<uint32_t>(file);
  config.info.lo_flags = LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR;
  return Control(device, LOOP_CONFIGURE, &config);
}

int OpenLoop(int file, int* device) {
  int control = -1;
  if (const int error = OpenNoLinks("/dev/loop-control", O_RDWR, &control)) return error;
  int error = EBUSY;
  for (int i = 0; i < kTries && error == EBUSY; ++i) {
    CloseFd(device);
    int number = -1;
    error = FreeNumber(control, &number);
    if (error == 0) error = OpenDevice(number, device);
    if (error == 0) error = Configure(*device, file);
  }
  CloseFd(&control);
  return error;
}

}  // namespace

int MountThroughLoop(int file, int* mount) {
  int device = -1;
  int error = OpenLoop(file, &device);
  if (error == 0) error = MountImage(device, mount);
  CloseFd(&device);
  return error;
}

}  // namespace jail::root
