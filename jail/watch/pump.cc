#include "jail/watch/pump.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "jail/base/clock.h"
#include "jail/base/signals.h"
#include "jail/plan/layout.h"
#include "jail/watch/caller_io.h"

namespace jail::watch {
namespace {

constexpr size_t kPipeBytes = 64 << 10;  // A whole pipe in one read.

// Not zeroed: that alone would touch 16 pages, of which most runs use one or none. 0.03 ms for the two.
using Chunk = std::unique_ptr<char[]>;
Chunk NewChunk() { return std::make_unique_for_overwrite<char[]>(kPipeBytes); }

// One of the program's output streams, from its pipe to the record and to the caller.
struct Output {
  Output(Fd pipe_end, int sink_fd, int64_t limit_bytes)
      : pipe(std::move(pipe_end)), sink(sink_fd), capture(limit_bytes, sink.open()) {}

  Fd pipe;  // Not valid after its end.
  Sink sink;
  Capture capture;
  bool overflow_seen = false;
};

// The program's input, from the caller to its pipe.
struct Input {
  Input(Fd pipe_end, int source_fd, absl::string_view bytes)
      : pipe(std::move(pipe_end)), source(source_fd), pending(source.open() ? absl::string_view() : bytes) {}

  Fd pipe;  // Not valid after the end of the input, or when nobody reads it any more.
  Source source;
  absl::string_view pending;
};

// poll and not epoll: what we wait for changes with every turn, and poll takes regular files as well.
class PumpLoop {
 public:
  PumpLoop(Helper helper, const PumpRequest& request)
      : pidfd_(std::move(helper.pidfd)),
        control_(std::move(helper.control)),
        cancel_fd_(request.cancel_fd),
        signals_(request.signal_fd),
        end_run_on_overflow_(request.end_run_on_overflow),
        in_(std::move(helper.stdin_pipe), request.stdin_fd, request.stdin_bytes),
        out_(std::move(helper.stdout_pipe), request.stdout_fd, request.output_limit_bytes),
        err_(std::move(helper.stderr_pipe), request.stderr_fd, request.output_limit_bytes) {
    result_.report = std::move(helper.report);
    result_.work = std::move(helper.work);
  }

  PumpResult Run() {
    while (!Done()) {
      CloseFinishedInput();
      Wait();
      if (!pidfd_.valid()) DrainAll();
    }
    result_.stdout_stream = out_.capture.Finish();
    result_.stderr_stream = err_.capture.Finish();
    result_.output_curve = curve_.Take();
    return std::move(result_);
  }

 private:
  using Handler = void (PumpLoop::*)();

  bool Done() const {
    return !pidfd_.valid() && !out_.pipe.valid() && !err_.pipe.valid() && !Due(out_) && !Due(err_);
  }
  static bool Due(const Output& output) { return !output.capture.Undelivered().empty(); }

  // One turn: wait for whatever can move now, and move it.
  void Wait() {
    polled_.clear();
    handlers_.clear();
    Watch(control_.get(), POLLIN, &PumpLoop::OnControl);
    if (!result_.cancelled) Watch(cancel_fd_, POLLIN, &PumpLoop::OnCancel);
    if (control_.valid()) Watch(signals_.fd(), POLLIN, &PumpLoop::OnSignals);
    WatchOutput(out_, &PumpLoop::OnStdout, &PumpLoop::OnStdoutSink);
    WatchOutput(err_, &PumpLoop::OnStderr, &PumpLoop::OnStderrSink);
    WatchInput();
    Watch(pidfd_.get(), POLLIN, &PumpLoop::OnExit);
    if (poll(polled_.data(), polled_.size(), -1) <= 0) return;  // EINTR
    for (size_t i = 0; i < polled_.size(); ++i) {
      if (polled_[i].revents != 0) (this->*handlers_[i])();
    }
  }

  void Watch(int fd, short events, Handler handler) {
    if (fd < 0) return;
    polled_.push_back({fd, events, 0});
    handlers_.push_back(handler);
  }

  void WatchOutput(const Output& output, Handler on_pipe, Handler on_sink) {
    if (output.capture.Room() > 0) Watch(output.pipe.get(), POLLIN, on_pipe);
    if (Due(output)) Watch(output.sink.fd(), POLLOUT, on_sink);
  }

  // Not read ahead: only when all that was read before has gone into the pipe.
  void WatchInput() {
    if (!in_.pipe.valid()) return;
    if (in_.pending.empty()) Watch(in_.source.fd(), POLLIN, &PumpLoop::OnSource);
    // With nothing to write, only to learn that nobody reads it any more.
    Watch(in_.pipe.get(), in_.pending.empty() ? short{0} : short{POLLOUT}, &PumpLoop::OnStdinPipe);
  }

  void OnStdout() { Fill(out_); }
  void OnStderr() { Fill(err_); }
  void OnStdoutSink() { Deliver(out_); }
  void OnStderrSink() { Deliver(err_); }

  enum class Got { kSome, kNothingNow, kEnd };

  Got Fill(Output& output) {
    const ssize_t got = read(output.pipe.get(), chunk_.get(), std::min(kPipeBytes, output.capture.Room()));
    if (got < 0 && errno == EAGAIN) return Got::kNothingNow;
    if (got <= 0) {
      output.pipe.Reset();
      return Got::kEnd;
    }
    output.capture.Add(absl::string_view(chunk_.get(), static_cast<size_t>(got)));
    curve_.Add({MonotonicNs(), out_.capture.total_bytes(), err_.capture.total_bytes()});
    if (output.capture.passed_limit() && !std::exchange(output.overflow_seen, true) && end_run_on_overflow_) {
      Send(plan::Message::kOutput);
    }
    if (output.sink.never_blocks()) Deliver(output);
    return Got::kSome;
  }

  void Deliver(Output& output) {
    if (output.sink.open() && Due(output)) {
      output.capture.Delivered(output.sink.Write(output.capture.Undelivered()));
    }
    if (!output.sink.open()) output.capture.StopDelivery();
  }

  void OnSource() {
    if (input_chunk_ == nullptr) input_chunk_ = NewChunk();  // Only made when there is a source.
    const size_t got = in_.source.Read(input_chunk_.get(), kPipeBytes);
    in_.pending = absl::string_view(input_chunk_.get(), got);
  }

  void OnStdinPipe() {
    if (in_.pending.empty()) return in_.pipe.Reset();  // POLLERR: its last reader is gone.
    const ssize_t written = write(in_.pipe.get(), in_.pending.data(), in_.pending.size());
    if (written >= 0) {
      in_.pending.remove_prefix(static_cast<size_t>(written));
    } else if (errno != EAGAIN && errno != EINTR) {
      in_.pipe.Reset();  // EPIPE
    }
  }

  // End of input is the end of the pipe.
  void CloseFinishedInput() {
    if (in_.pending.empty() && !in_.source.open()) in_.pipe.Reset();
  }

  void OnControl() {
    if (ReceiveMessage() == Received::kEnd) control_.Reset();
  }

  enum class Received { kMessage, kNothingNow, kEnd };

  Received ReceiveMessage() {
    char text = 0;
    iovec part = {&text, 1};
    alignas(cmsghdr) char space[CMSG_SPACE(sizeof(int) * 4)];
    msghdr message = {};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = space;
    message.msg_controllen = sizeof(space);
    const ssize_t got = recvmsg(control_.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got < 0) return errno == EAGAIN || errno == EINTR ? Received::kNothingNow : Received::kEnd;
    Fd received = TakeDescriptor(&message);
    if (got == 0) return Received::kEnd;
    if (text == static_cast<char>(plan::Message::kReport) && !result_.report.valid()) {
      result_.report = std::move(received);
    } else if (text == static_cast<char>(plan::Message::kWork) && !result_.work.valid()) {
      result_.work = std::move(received);
    } else if (text == static_cast<char>(plan::Message::kDone)) {
      OnDone();
    }
    return Received::kMessage;
  }

  // The first one; any further ones are closed.
  static Fd TakeDescriptor(msghdr* message) {
    Fd first;
    for (cmsghdr* c = CMSG_FIRSTHDR(message); c != nullptr; c = CMSG_NXTHDR(message, c)) {
      if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
      const size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
      for (size_t i = 0; i < count; ++i) {
        int fd;
        memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
        Fd owned(fd);
        if (!first.valid()) first = std::move(owned);
      }
    }
    return first;
  }

  // The caller wants no more of it: what it has not taken yet stays in the record only.
  void OnCancel() {
    result_.cancelled = true;
    Send(plan::Message::kCancel);
    out_.capture.StopDelivery();
    err_.capture.StopDelivery();
  }

  // One that comes before the helper has read a few hundred is as good as those, as a pending signal is.
  void OnSignals() {
    char numbers[16];
    const size_t got = signals_.Read(numbers, sizeof(numbers));
    for (const char number : absl::string_view(numbers, got)) {
      if (!IsSendable(number)) continue;
      const uint8_t message = static_cast<uint8_t>(plan::kSignal + number);
      if (!Tell(message) && errno != EAGAIN) return control_.Reset();
    }
  }

  void Send(plan::Message message) {
    // EPIPE: the helper is ending anyway. EAGAIN: full of signals; the end of the socket ends the run, too.
    if (control_.valid() && !Tell(static_cast<uint8_t>(message))) control_.Reset();
  }
  bool Tell(uint8_t message) const {
    return send(control_.get(), &message, sizeof(message), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
  }

  void OnDone() {
    if (!pidfd_.valid()) return;
    result_.ended_ns = MonotonicNs();
    result_.helper = UnreapedHelper(std::move(pidfd_));
    in_.pipe.Reset();
  }

  void OnExit() {
    if (!pidfd_.valid()) return;
    result_.ended_ns = MonotonicNs();
    result_.end = Reap(pidfd_.get());
    pidfd_.Reset();
    in_.pipe.Reset();
  }

  // After the helper's end: whatever there is to read is in the pipes already. A pipe that is empty
  // but not at its end is held by a copy in another thread's fork, and has nothing more to say.
  void DrainAll() {
    while (control_.valid() && ReceiveMessage() == Received::kMessage) {
    }
    control_.Reset();
    Drain(out_);
    Drain(err_);
  }

  void Drain(Output& output) {
    while (output.pipe.valid() && output.capture.Room() > 0) {
      if (Fill(output) == Got::kNothingNow) output.pipe.Reset();
    }
  }

  Fd pidfd_, control_;
  int cancel_fd_;
  Source signals_;
  bool end_run_on_overflow_;
  Input in_;
  Output out_, err_;
  OutputCurve curve_;
  Chunk chunk_ = NewChunk();
  Chunk input_chunk_;
  std::vector<pollfd> polled_;
  std::vector<Handler> handlers_;
  PumpResult result_;
};

}  // namespace

PumpResult Pump(Helper helper, const PumpRequest& request) {
  const SigpipeBlock no_sigpipe;
  return PumpLoop(std::move(helper), request).Run();
}

}  // namespace jail::watch
