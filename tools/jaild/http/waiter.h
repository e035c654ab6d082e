// What a connection's coroutine waits on while its request is being answered elsewhere: the answer, or the
// client's end.
#ifndef TOOLS_JAILD_HTTP_WAITER_H_
#define TOOLS_JAILD_HTTP_WAITER_H_

#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <utility>

#include "jail/serve/http.h"
#include "tools/jaild/http/beast.h"

namespace jail::http {

// A bell that can be rung before anybody waits for it. One thread.
class Bell {
 public:
  explicit Bell(const asio::any_io_executor& executor) : timer_(executor) { Reset(Timer::time_point::max()); }

  void Ring() {
    rung_ = true;
    timer_.cancel();
  }
  // Until it rings, or has rung since the last time, or until then. False: time was up.
  Coroutine<bool> Wait(std::chrono::steady_clock::time_point until = Timer::time_point::max()) {
    if (!rung_) {
      Reset(until);
      co_await timer_.async_wait(kValues);
    }
    co_return std::exchange(rung_, false);
  }

 private:
  using Timer = asio::steady_timer;
  void Reset(Timer::time_point until) { timer_.expires_at(until); }
  Timer timer_;
  bool rung_ = false;
};

struct Waiter {
  explicit Waiter(const asio::any_io_executor& executor) : bell(executor) {}
  Bell bell;
  std::optional<serve::Response> response = std::nullopt;
  bool answered = false;  // And stays so when the response is taken away.
  bool gone = false;      // The client.
};
using WaiterPtr = std::shared_ptr<Waiter>;

// For Exchange::answer: from any thread to ours. The first answer stands.
inline auto AnswerTo(const WaiterPtr& waiter, const asio::any_io_executor& executor) {
  return [waiter, executor](serve::Response response) {
    asio::post(executor, [waiter, response = std::move(response)]() mutable {
      if (waiter->answered) return;
      waiter->response = std::move(response);
      waiter->answered = true;
      waiter->bell.Ring();
    });
  };
}

// A client that sends more instead is heard of no more: what it sends is the next request.
inline void WatchForItsEnd(Stream& stream, const WaiterPtr& waiter) {
  stream.socket().async_wait(Protocol::socket::wait_read, [waiter, &stream](ErrorCode error) {
    if (error || waiter->answered) return;  // The stream may be gone.
    char next;
    const ssize_t got = recv(stream.socket().native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
    if (got > 0 || (got < 0 && errno == EAGAIN)) return;
    waiter->gone = true;
    waiter->bell.Ring();
  });
}

}  // namespace jail::http

#endif  // TOOLS_JAILD_HTTP_WAITER_H_
