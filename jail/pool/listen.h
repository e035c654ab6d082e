// What one thread waits for: descriptors that can be read, of which it holds none itself. Of Pool's thread
// and of the socket's server.
#ifndef JAIL_POOL_LISTEN_H_
#define JAIL_POOL_LISTEN_H_

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <vector>

#include "jail/base/fd.h"

namespace jail::pool {

class Listener {
 public:
  Listener() : events_(epoll_create1(EPOLL_CLOEXEC)) {}
  // False, with errno, when there could be none.
  bool valid() const { return events_.valid(); }

  // False, with errno, when it cannot be heard.
  bool Add(int fd) const {
    epoll_event event = {};
    event.events = EPOLLIN;
    event.data.fd = fd;
    return epoll_ctl(events_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
  }

  // For one that stays open elsewhere; the last copy to be closed is forgotten by itself.
  void Forget(int fd) const { epoll_ctl(events_.get(), EPOLL_CTL_DEL, fd, nullptr); }

  // Those that have something to say: none after a signal. Nothing, with errno, when there is no waiting.
  std::optional<std::vector<int>> Wait() const {
    std::array<epoll_event, 16> events;
    const int count = epoll_wait(events_.get(), events.data(), events.size(), -1);
    if (count < 0 && errno != EINTR) return std::nullopt;
    std::vector<int> fds;
    for (int i = 0; i < count; ++i) fds.push_back(events[static_cast<size_t>(i)].data.fd);
    return fds;
  }

 private:
  Fd events_;
};

}  // namespace jail::pool

#endif  // JAIL_POOL_LISTEN_H_
