// What a run writes while it lives, as pieces of text in the order of their coming. A client that takes them
// slowly is not written for in vain: reading waits for it, and then the program does, under its own limits.
#ifndef TOOLS_JAILD_HTTP_OUTPUT_H_
#define TOOLS_JAILD_HTTP_OUTPUT_H_

#include <array>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "jail/base/fd.h"
#include "jail/base/utf8.h"
#include "tools/jaild/http/beast.h"
#include "tools/jaild/http/waiter.h"

namespace jail::http {

struct Piece {
  const char* stream;  // "stdout", "stderr", "call"
  std::string text;    // Whole characters, but where the program wrote none.
};

// Each pipe is read by a coroutine of its own, which ends with it or when it is closed.
class Output : public std::enable_shared_from_this<Output> {
 public:
  // The bell rings when there is something new.
  Output(WaiterPtr waiter, asio::any_io_executor executor)
      : waiter_(std::move(waiter)), executor_(std::move(executor)) {}

  // `lines`: pieces are whole lines, without their ends.
  void Add(const char* name, Fd pipe, bool lines = false) {
    if (!pipe.valid()) return;
    sources_.push_back(
        std::make_unique<Source>(Source{name, lines, Pipe(executor_, pipe.Release()), Bell(executor_)}));
    ++open_;
    asio::co_spawn(
        executor_,
        [self = shared_from_this(), source = sources_.back().get()] { return self->Read(*source); },
        asio::detached);
  }
  std::deque<Piece> Take() {
    bytes_ = 0;
    for (const auto& source : sources_) source->taken.Ring();
    return std::exchange(pieces_, {});
  }
  // Everything was read, though perhaps not taken.
  bool ended() const { return open_ == 0; }
  // Nobody takes any more.
  void Close() {
    for (const auto& source : sources_) {
      source->pipe.close();
      source->taken.Ring();
    }
  }

 private:
  using Pipe = asio::posix::stream_descriptor;
  static constexpr size_t kMostBytes = size_t{256} << 10;
  struct Source {
    const char* name;
    bool lines;
    Pipe pipe;
    Bell taken;
  };

  Coroutine<> Read(Source& source) {
    std::array<char, 16384> buffer;
    std::string rest;  // The beginning of a character, or of a line.
    while (source.pipe.is_open()) {
      const auto [error, count] = co_await source.pipe.async_read_some(asio::buffer(buffer), kValues);
      if (error) break;
      rest.append(buffer.data(), count);
      source.lines ? AddLines(source.name, &rest) : AddText(source.name, &rest);
      while (bytes_ > kMostBytes && source.pipe.is_open()) co_await source.taken.Wait();
    }
    AddPiece(source.name, std::move(rest));
    --open_;
    waiter_->bell.Ring();
  }
  void AddText(const char* name, std::string* rest) {
    const size_t whole = WithoutCutAtEnd(*rest).size();
    AddPiece(name, rest->substr(0, whole));
    rest->erase(0, whole);
  }
  void AddLines(const char* name, std::string* rest) {
    for (size_t end = rest->find('\n'); end != rest->npos; end = rest->find('\n')) {
      AddPiece(name, rest->substr(0, end));
      rest->erase(0, end + 1);
    }
  }
  void AddPiece(const char* name, std::string text) {
    if (text.empty()) return;
    bytes_ += text.size();
    pieces_.push_back({name, std::move(text)});
    waiter_->bell.Ring();
  }

  const WaiterPtr waiter_;
  const asio::any_io_executor executor_;
  std::vector<std::unique_ptr<Source>> sources_;
  std::deque<Piece> pieces_;
  size_t bytes_ = 0;
  int open_ = 0;
};

}  // namespace jail::http

#endif  // TOOLS_JAILD_HTTP_OUTPUT_H_
