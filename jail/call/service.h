// Our end of the channel while the program lives: takes its log lines and its answer, has its calls answered,
// and believes nothing. Everything is bounded; to whoever writes what is no frame of ours nobody listens any
// more, and no answer of his counts.
#ifndef JAIL_CALL_SERVICE_H_
#define JAIL_CALL_SERVICE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jail/call/frame.h"
#include "jail/call/host.h"
#include "jail/call/own_time.h"
#include "jail/v1/call.pb.h"

namespace jail::call {

struct Caps {
  int32_t max_calls = 50;
  int64_t host_timeout_ms = 10'000;
  size_t result_bytes = size_t{1} << 20;
  int max_logs = 100;
  size_t log_characters = 1000;
  // What a program that means well never reaches.
  size_t channel_bytes = size_t{256} << 20;
  int64_t frames = 50'000;
  // What the program may take while nobody answers it. Nothing: the jail's own limit says all.
  std::optional<int64_t> own_time_ms;

  // What is asked for (CallSpec.debug); with none of it no such frame is due.
  bool debug = false;
  int max_steps = 10'000;
  size_t profile_bytes = size_t{4} << 20;

  // An answer or a profile, and what stands around it.
  size_t frame_bytes() const {
    return std::max(result_bytes, debug ? profile_bytes : 0) + (size_t{128} << 10);
  }
};

class Service {
 public:
  // `over_fd`: see HostRequest. `nonce`: what the end frame must have. `stop_fd`: an eventfd to which it
  // writes when the program's own time is over.
  Service(const v1::CallSpec& spec, Caps caps, Host host, int over_fd, std::string nonce, int stop_fd = -1);

  void ObserveLog(LogObserver observe) { observe_log_ = std::move(observe); }

  // Until the other end is closed, or we close it to a program that misuses it.
  void Serve(int socket, const std::string& start_json);

  // Afterwards. The answer counts only without misuse, and with the end frame behind it.
  const std::string& misuse() const { return misuse_; }
  const std::optional<Message>& answer() const { return answer_; }
  bool ended() const { return ended_; }
  bool own_time_is_over() const { return own_time_is_over_; }
  // Logs, ledger and their counts.
  void Report(v1::CallResult* result) &&;

  // One frame; what is to be sent back, or nothing. For the tests and the fuzzer, too.
  absl::StatusOr<std::optional<std::string>> Take(const std::string& frame);

 private:
  absl::Status Log(const Message& message);
  std::string Call(const Message& message);
  v1::HostCall Decide(const Message& message);
  // Both say in `call` what came of it.
  bool MayCall(const Message& message, v1::HostCall* call) const;
  void AskHost(const Message& message, int64_t start_ns, v1::HostCall* call);
  absl::Status End(const Message& message);
  bool TakeAll(int socket);
  absl::Status Ready();
  absl::Status Debug(const Message& message);
  // Both wait no longer than the program's own time, and then have it stopped.
  void WaitFor(int socket, int16_t events);
  bool Send(int socket, absl::string_view bytes);

  const Caps caps_;
  const Host host_;
  LogObserver observe_log_;  // May be empty.
  const int over_fd_;
  const int stop_fd_;
  const std::string nonce_;
  const int64_t start_ns_;
  std::map<std::string, int32_t> calls_left_;  // By function.
  FrameReader reader_;
  int64_t frames_ = 0;
  OwnTime own_time_;
  bool own_time_is_over_ = false;
  std::optional<Message> answer_;
  bool debugged_ = false;
  bool ended_ = false;
  std::string misuse_;
  v1::CallResult seen_;
};

}  // namespace jail::call

#endif  // JAIL_CALL_SERVICE_H_
