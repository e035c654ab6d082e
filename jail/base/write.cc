#include "jail/base/write.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

namespace jail {

int WriteFully(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written == 0) return EIO;  // No file does that; a loop would never end.
    if (written > 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd wait = {fd, POLLOUT, 0};
      poll(&wait, 1, -1);  // What is wrong, write will say.
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

}  // namespace jail
