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
#include "jail/serve/exchange.h"
#include "tools/jaild/http/beast.h"
#include "tools/jaild/http/waiter.h"

namespace jail::http {

struct Piece {
  const char* stream;  // As serve::SocketProtocol has them, or an event's name.
  std::string text;    // Whole characters, but where the program wrote none.
};

// Each pipe is read by a coroutine of its own, which ends with it or when it is closed; a run's, phase by
// phase, by one.
class Output : public std::enable_shared_from_this<Output> {
 public:
  // The bell rings when there is something new.
  Output(WaiterPtr waiter, asio::any_io_executor executor)
      : waiter_(std::move(waiter)), executor_(std::move(executor)) {}

  // `lines`: pieces are whole lines, without their ends.
  void Add(const char* name, Fd pipe, bool lines = false) {
    if (pipe.valid()) Spawn(Read(Keep(name, std::move(pipe), lines)));
  }
  // What the compiler writes, and only then what the program does; between them pieces of "stage" and
  // "compiled" as serve::SocketProtocol has them.
  void AddPhases(serve::Live& live) {
    Spawn(ReadPhases({Keep("", std::move(live.stages)), Keep("stderr", std::move(live.compiler_pipe)),
                      Keep("stdout", std::move(live.stdout_pipe)),
                      Keep("stderr", std::move(live.stderr_pipe))}));
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

  struct Phases {
    Source &stages, &compiler, &out, &err;
  };

  Source& Keep(const char* name, Fd pipe, bool lines = false) {
    sources_.push_back(
        std::make_unique<Source>(Source{name, lines, Pipe(executor_, pipe.Release()), Bell(executor_)}));
    return *sources_.back();
  }
  void Spawn(Coroutine<> reading) {
    ++open_;
    asio::co_spawn(executor_, Finish(shared_from_this(), std::move(reading)), asio::detached);
  }
  static Coroutine<> Finish(std::shared_ptr<Output> self, Coroutine<> reading) {
    co_await std::move(reading);
    --self->open_;
    self->waiter_->bell.Ring();
  }

  Coroutine<> ReadPhases(Phases phases) {
    char stage = co_await Next(phases.stages);
    if (stage == serve::Live::kCompiles) {
      AddPiece({"stage", "compile"});
      co_await Read(phases.compiler);
      stage = co_await Next(phases.stages);
      if (stage == serve::Live::kRuns) AddPiece({"compiled", ""});
    }
    if (stage == serve::Live::kRuns) AddPiece({"stage", "run"});
    Spawn(Read(phases.out));
    Spawn(Read(phases.err));
  }
  // 0: none will begin.
  Coroutine<char> Next(Source& stages) {
    char stage = 0;
    const auto [error, count] = co_await stages.pipe.async_read_some(asio::buffer(&stage, 1), kValues);
    co_return error ? '\0' : stage;
  }

  Coroutine<> Read(Source& source) {
    std::array<char, 16384> buffer;
    std::string rest;  // The beginning of a character, or of a line.
    while (source.pipe.is_open()) {
      const auto [error, count] = co_await source.pipe.async_read_some(asio::buffer(buffer), kValues);
      if (error) break;
      rest.append(buffer.data(), count);
      source.lines ? AddLines(source.name, &rest) : AddWhole(source.name, &rest);
      while (bytes_ > kMostBytes && source.pipe.is_open()) co_await source.taken.Wait();
    }
    AddText(source.name, std::move(rest));
  }
  void AddWhole(const char* name, std::string* rest) {
    const size_t whole = WithoutCutAtEnd(*rest).size();
    AddText(name, rest->substr(0, whole));
    rest->erase(0, whole);
  }
  void AddLines(const char* name, std::string* rest) {
    for (size_t end = rest->find('\n'); end != rest->npos; end = rest->find('\n')) {
      AddText(name, rest->substr(0, end));
      rest->erase(0, end + 1);
    }
  }
  void AddText(const char* name, std::string text) {
    if (!text.empty()) AddPiece({name, std::move(text)});
  }
  void AddPiece(Piece piece) {
    bytes_ += piece.text.size();
    pieces_.push_back(std::move(piece));
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
