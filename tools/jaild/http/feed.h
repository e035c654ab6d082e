// What a client sends for a run, into its pipe as fast as the run reads.
#ifndef TOOLS_JAILD_HTTP_FEED_H_
#define TOOLS_JAILD_HTTP_FEED_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "jail/base/fd.h"
#include "tools/jaild/http/beast.h"
#include "tools/jaild/http/waiter.h"

namespace jail::http {

class Feed : public std::enable_shared_from_this<Feed> {
 public:
  // Before that, what is added is kept; without a pipe it stays so.
  void Start(const asio::any_io_executor& executor, Fd pipe, size_t most_bytes) {
    most_bytes_ = most_bytes;
    if (!pipe.valid()) return;
    pipe_.emplace(executor, pipe.Release());
    more_.emplace(executor);
    asio::co_spawn(
        executor, [self = shared_from_this()] { return self->Write(); }, asio::detached);
  }
  // ResourceExhaustedError: the run does not read what there is already.
  absl::Status Add(absl::string_view bytes, absl::string_view field) {
    if (ended_) return absl::InvalidArgumentError(absl::StrCat(field, ": is over"));
    if (waiting_.size() + bytes.size() > most_bytes_)
      return absl::InvalidArgumentError(
          absl::StrCat(field, ": more than ", most_bytes_, " bytes wait to be read"));
    waiting_.append(bytes.data(), bytes.size());
    Ring();
    return absl::OkStatus();
  }
  // After what is there.
  void End() {
    ended_ = true;
    Ring();
  }
  void Close() {
    if (pipe_) pipe_->close();
    End();
  }

 private:
  void Ring() {
    if (more_) more_->Ring();
  }
  Coroutine<> Write() {
    while (pipe_->is_open()) {
      if (waiting_.empty() && ended_) break;
      if (waiting_.empty()) {
        co_await more_->Wait();
        continue;
      }
      const std::string bytes = std::exchange(waiting_, {});
      const auto [error, count] = co_await asio::async_write(*pipe_, asio::buffer(bytes), kValues);
      if (error) break;  // The run reads no more.
    }
    pipe_->close();
  }

  std::optional<asio::posix::stream_descriptor> pipe_;
  std::optional<Bell> more_;
  std::string waiting_;
  size_t most_bytes_ = size_t{1} << 20;
  bool ended_ = false;
};

}  // namespace jail::http

#endif  // TOOLS_JAILD_HTTP_FEED_H_
