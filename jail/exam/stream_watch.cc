#include "jail/exam/stream_watch.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "jail/base/clock.h"
#include "jail/base/errno_name.h"
#include "jail/base/status_macros.h"
#include "jail/base/threads.h"
#include "jail/base/units.h"
#include "jail/base/write.h"

namespace jail::exam {

absl::StatusOr<Pipe> MakePipe() {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0)
    return absl::ResourceExhaustedError(absl::StrCat("a pipe: ", ErrnoName(errno)));
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

absl::StatusOr<std::unique_ptr<StreamWatch>> StreamWatch::Start(Tell tell, Fd forward) {
  auto watch = absl::WrapUnique(new StreamWatch(std::move(tell), std::move(forward)));
  for (Stream& stream : watch->streams_) {
    JAIL_ASSIGN_OR_RETURN(stream.pipe, MakePipe());
  }
  watch->thread_ = std::thread([raw = watch.get()] { raw->Watch(); });
  return watch;
}

StreamWatch::~StreamWatch() { Finish(); }

void StreamWatch::Finish() {
  for (Stream& stream : streams_) stream.pipe.write.Reset();
  if (thread_.joinable()) thread_.join();
}

void StreamWatch::Watch() {
  BlockSignalsOfThread();
  while (streams_[0].pipe.read.valid() || streams_[1].pipe.read.valid()) {
    // Those that are at their end have -1, which poll passes over.
    pollfd fds[2] = {{streams_[0].pipe.read.get(), POLLIN, 0}, {streams_[1].pipe.read.get(), POLLIN, 0}};
    static_cast<void>(poll(fds, 2, WaitMs()));
    for (size_t i = 0; i < 2; ++i) {
      if (fds[i].revents != 0) Read(&streams_[i]);
      const int64_t age_ns = MonotonicNs() - streams_[i].since_ns;
      if (!streams_[i].waiting.empty() && absl::Nanoseconds(age_ns) >= kPieceDelay) Flush(&streams_[i]);
    }
  }
}

// Until the older of what waits is due; -1: nothing waits.
int StreamWatch::WaitMs() const {
  int64_t wait_ms = -1;
  for (const Stream& stream : streams_) {
    if (stream.waiting.empty()) continue;
    const int64_t age_ms = (MonotonicNs() - stream.since_ns) / kNsPerMs;
    const int64_t left_ms = std::max<int64_t>(0, absl::ToInt64Milliseconds(kPieceDelay) - age_ms);
    wait_ms = wait_ms < 0 ? left_ms : std::min(wait_ms, left_ms);
  }
  return static_cast<int>(wait_ms);
}

void StreamWatch::Read(Stream* stream) {
  std::array<char, kPieceBytes> bytes;
  const ssize_t count = read(stream->pipe.read.get(), bytes.data(), kPieceBytes - stream->waiting.size());
  if (count < 0 && errno == EINTR) return;
  if (count <= 0) {
    Flush(stream);
    stream->pipe.read.Reset();
    if (stream->name == v1::ExamEvent::STDOUT) forward_.Reset();
    return;
  }
  const auto size = static_cast<size_t>(count);
  if (stream->name == v1::ExamEvent::STDOUT) Forward({bytes.data(), size});
  if (stream->waiting.empty()) stream->since_ns = MonotonicNs();
  stream->waiting.append(bytes.data(), size);
  if (stream->waiting.size() == kPieceBytes) Flush(stream);
}

void StreamWatch::Forward(absl::string_view bytes) {
  if (forward_.valid() && WriteFully(forward_.get(), bytes) != 0) forward_.Reset();
}

void StreamWatch::Flush(Stream* stream) {
  if (stream->waiting.empty()) return;
  tell_(stream->name, stream->offset, stream->waiting);
  stream->offset += static_cast<int64_t>(stream->waiting.size());
  stream->waiting.clear();
}

}  // namespace jail::exam
