// What a run writes while it lives, as pieces of text in the order of their coming. A client that takes them
// slowly is not written for in vain: reading waits for it, and then the program does, under its own limits.
#ifndef TOOLS_JAILD_HTTP_OUTPUT_H_
#define TOOLS_JAILD_HTTP_OUTPUT_H_

#include <array>
#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "jail/base/utf8.h"
#include "jail/serve/exchange.h"
#include "tools/jaild/http/beast.h"
#include "tools/jaild/http/waiter.h"

namespace jail::http {

struct Piece {
  const char* stream;  // "stdout", "stderr"
  std::string text;    // Whole characters, but where the program wrote none.
};

// Read by two coroutines of its own, which end with the pipes or when the client is gone.
class Output : public std::enable_shared_from_this<Output> {
 public:
  // The bell rings when there is something new.
  Output(serve::Live live, WaiterPtr waiter, const asio::any_io_executor& executor)
      : waiter_(std::move(waiter)),
        out_(executor, live.stdout_pipe.Release()),
        err_(executor, live.stderr_pipe.Release()),
        taken_{Bell(executor), Bell(executor)} {}

  void Start() {
    const auto executor = out_.get_executor();
    asio::co_spawn(
        executor, [self = shared_from_this()] { return self->Read(self->out_, "stdout", 0); },
        asio::detached);
    asio::co_spawn(
        executor, [self = shared_from_this()] { return self->Read(self->err_, "stderr", 1); },
        asio::detached);
  }
  std::deque<Piece> Take() {
    bytes_ = 0;
    for (Bell& bell : taken_) bell.Ring();
    return std::exchange(pieces_, {});
  }
  // Everything was read, though perhaps not taken.
  bool ended() const { return open_ == 0; }
  // Nobody takes any more.
  void Close() {
    out_.close();
    err_.close();
    for (Bell& bell : taken_) bell.Ring();
  }

 private:
  using Pipe = asio::posix::stream_descriptor;
  static constexpr size_t kMostBytes = size_t{256} << 10;

  Coroutine<> Read(Pipe& pipe, const char* name, size_t index) {
    std::array<char, 16384> buffer;
    std::string rest;  // The beginning of a character.
    while (pipe.is_open()) {
      const auto [error, count] = co_await pipe.async_read_some(asio::buffer(buffer), kValues);
      if (error) break;
      rest.append(buffer.data(), count);
      const size_t whole = WithoutCutAtEnd(rest).size();
      Add(name, rest.substr(0, whole));
      rest.erase(0, whole);
      while (bytes_ > kMostBytes && pipe.is_open()) co_await taken_[index].Wait();
    }
    Add(name, std::move(rest));
    --open_;
    waiter_->bell.Ring();
  }
  void Add(const char* name, std::string text) {
    if (text.empty()) return;
    bytes_ += text.size();
    pieces_.push_back({name, std::move(text)});
    waiter_->bell.Ring();
  }

  const WaiterPtr waiter_;
  Pipe out_, err_;
  std::array<Bell, 2> taken_;
  std::deque<Piece> pieces_;
  size_t bytes_ = 0;
  int open_ = 2;
};

}  // namespace jail::http

#endif  // TOOLS_JAILD_HTTP_OUTPUT_H_
