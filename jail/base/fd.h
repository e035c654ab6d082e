// Owns one file descriptor. The only place outside jail/launch's closing loop that calls close().
#ifndef JAIL_BASE_FD_H_
#define JAIL_BASE_FD_H_

#include <unistd.h>

#include <utility>

namespace jail {

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      Reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { Reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int Release() { return std::exchange(fd_, -1); }
  void Reset() {
    if (fd_ >= 0) ::close(fd_);  // EINTR closes too on Linux; there is nothing to retry.
    fd_ = -1;
  }

 private:
  int fd_ = -1;
};

}  // namespace jail

#endif  // JAIL_BASE_FD_H_
