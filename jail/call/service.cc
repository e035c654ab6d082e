#include "jail/call/service.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "jail/base/clock.h"
#include "jail/base/sha256.h"
#include "jail/base/status_macros.h"
#include "jail/base/units.h"
#include "jail/base/utf8.h"
#include "jail/call/json.h"

namespace jail::call {
namespace {

constexpr absl::string_view kLevels[] = {"debug", "info", "log", "warn", "error"};

// By characters, not bytes.
std::string Shorten(absl::string_view text, size_t characters) {
  size_t seen = 0, end = 0;
  while (end < text.size()) {
    const bool begins = (static_cast<uint8_t>(text[end]) & 0xc0) != 0x80;
    if (begins && seen++ == characters) return absl::StrCat(text.substr(0, end), "...");
    ++end;
  }
  return std::string(text);
}

std::string Reply(int64_t id, const v1::HostCall& call) {
  const std::string head = absl::StrCat("{\"type\":\"reply\",\"id\":", id);
  if (call.outcome() == v1::HostCall::OUTCOME_OK)
    return absl::StrCat(head, ",\"ok\":true,\"value\":", call.value_json(), "}");
  return absl::StrCat(head, ",\"ok\":false,\"error\":", Quote(call.error()), "}");
}

void Fail(v1::HostCall::Outcome outcome, const std::string& why, v1::HostCall* call) {
  call->set_outcome(outcome);
  call->set_error(ToUtf8(why));
}

}  // namespace

Service::Service(const v1::CallSpec& spec, Caps caps, Host host, int over_fd, std::string nonce, int stop_fd)
    : caps_(caps),
      host_(std::move(host)),
      over_fd_(over_fd),
      stop_fd_(stop_fd),
      nonce_(std::move(nonce)),
      start_ns_(MonotonicNs()),
      reader_(caps.frame_bytes()),
      own_time_(caps.own_time_ms) {
  for (const v1::HostFunction& function : spec.functions()) {
    calls_left_[function.name()] =
        function.has_max_calls() ? function.max_calls() : std::numeric_limits<int32_t>::max();
  }
}

void Service::WaitFor(int socket, int16_t events) {
  pollfd end = {socket, events, 0};
  while (true) {
    if (!own_time_is_over_ && own_time_.IsOver(MonotonicNs())) {
      own_time_is_over_ = true;
      // Cannot fail: the counter is far from full.
      if (stop_fd_ >= 0) static_cast<void>(eventfd_write(stop_fd_, 1));
    }
    const int ready = poll(&end, 1, own_time_is_over_ ? -1 : own_time_.TimeoutMs(MonotonicNs()));
    if (ready > 0 || (ready < 0 && errno != EINTR)) return;  // What is wrong, send and recv will say.
  }
}

// All of it; false when nobody is there any more. One that calls and does not listen is ended by its time.
bool Service::Send(int socket, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<size_t>(sent));
    } else if (errno == EAGAIN) {
      WaitFor(socket, POLLOUT);  // Which changes errno.
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

void Service::Serve(int socket, const std::string& start_json) {
  if (!Send(socket, Frame(start_json))) return;  // It ended before it began: the record says how.
  size_t total = 0;
  std::array<char, 65536> bytes;
  while (true) {
    WaitFor(socket, POLLIN);
    const ssize_t count = recv(socket, bytes.data(), bytes.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    total += static_cast<size_t>(count);
    if (total > caps_.channel_bytes)
      misuse_ = absl::StrCat("it wrote more than ", caps_.channel_bytes, " bytes");
    reader_.Feed({bytes.data(), static_cast<size_t>(count)});
    if (TakeAll(socket)) continue;
    shutdown(socket, SHUT_RDWR);  // To whoever is at the other end: EPIPE, end of file.
    return;
  }
  // One that was stopped by us may have been in the middle.
  if (reader_.pending() > 0 && !own_time_is_over_) misuse_ = "the last frame does not end";
}

bool Service::TakeAll(int socket) {
  while (misuse_.empty()) {
    const absl::StatusOr<std::optional<std::string>> frame = reader_.Next();
    if (!frame.ok()) misuse_ = std::string(frame.status().message());
    if (!frame.ok() || !frame->has_value()) break;
    const absl::StatusOr<std::optional<std::string>> reply = Take(**frame);
    if (!reply.ok()) misuse_ = std::string(reply.status().message());
    // A program that has gone without hearing it has said what it said.
    if (reply.ok() && reply->has_value()) static_cast<void>(Send(socket, Frame(**reply)));
  }
  return misuse_.empty();
}

absl::StatusOr<std::optional<std::string>> Service::Take(const std::string& frame) {
  if (++frames_ > caps_.frames)
    return absl::InvalidArgumentError(absl::StrCat("more than ", caps_.frames, " frames"));
  if (ended_) return absl::InvalidArgumentError("a frame after the end");
  JAIL_ASSIGN_OR_RETURN(const Message message, ParseMessage(frame));
  if (answer_.has_value() && message.kind != Message::Kind::kEnd)
    return absl::InvalidArgumentError("a frame after the answer");
  switch (message.kind) {
    case Message::Kind::kReady:
      JAIL_RETURN_IF_ERROR(Ready());
      return std::nullopt;
    case Message::Kind::kLog:
      JAIL_RETURN_IF_ERROR(Log(message));
      return std::nullopt;
    case Message::Kind::kDebug:
      JAIL_RETURN_IF_ERROR(Debug(message));
      return std::nullopt;
    case Message::Kind::kCall:
      return Call(message);
    case Message::Kind::kResult:
    case Message::Kind::kError:
      answer_ = message;
      return std::nullopt;
    case Message::Kind::kEnd:
      JAIL_RETURN_IF_ERROR(End(message));
      return std::nullopt;
  }
  return std::nullopt;
}

// The first frame of a run with a clock of its own: only then has the code had a moment to lose.
absl::Status Service::Ready() {
  if (frames_ != 1) return absl::InvalidArgumentError("it was ready before");
  own_time_.Run(MonotonicNs());
  return absl::OkStatus();
}

absl::Status Service::Debug(const Message& message) {
  if (!caps_.debug || debugged_) return absl::InvalidArgumentError("a debug frame that is not due");
  if (message.steps.size() > static_cast<size_t>(caps_.max_steps))
    return absl::InvalidArgumentError(absl::StrCat("steps: more than ", caps_.max_steps));
  if (message.profile.size() > caps_.profile_bytes)
    return absl::InvalidArgumentError(absl::StrCat("profile: more than ", caps_.profile_bytes, " bytes"));
  debugged_ = true;
  seen_.mutable_steps()->Assign(message.steps.begin(), message.steps.end());
  seen_.set_steps_dropped(message.steps_dropped);
  seen_.set_profile(message.profile);
  return absl::OkStatus();
}

absl::Status Service::Log(const Message& message) {
  if (std::find(std::begin(kLevels), std::end(kLevels), message.level) == std::end(kLevels))
    return absl::InvalidArgumentError("level: is none that we know");
  if (seen_.logs_size() >= caps_.max_logs) {
    seen_.set_logs_dropped(seen_.logs_dropped() + 1);
    return absl::OkStatus();
  }
  v1::LogEntry* entry = seen_.add_logs();
  entry->set_level(message.level);
  entry->set_text(Shorten(message.text, caps_.log_characters));
  entry->set_at_us((MonotonicNs() - start_ns_) / kNsPerUs);
  if (observe_log_) observe_log_(*entry);
  return absl::OkStatus();
}

absl::Status Service::End(const Message& message) {
  if (!answer_.has_value()) return absl::InvalidArgumentError("an end without an answer");
  if (message.nonce != nonce_)
    return absl::InvalidArgumentError("an end with a nonce that is not this run's");
  if (message.frames != frames_ - 1)
    return absl::InvalidArgumentError(
        absl::StrCat("its end counts ", message.frames, " frames, and ", frames_ - 1, " came"));
  ended_ = true;
  return absl::OkStatus();
}

std::string Service::Call(const Message& message) {
  const v1::HostCall call = Decide(message);
  // Refused ones are counted for ever but noted only so often: a loop of them costs us nothing.
  const bool noted =
      call.outcome() != v1::HostCall::OUTCOME_TOO_MANY || seen_.ledger_size() < 2 * caps_.max_calls + 1;
  if (noted) *seen_.add_ledger() = call;
  return Reply(message.id, call);
}

v1::HostCall Service::Decide(const Message& message) {
  v1::HostCall call;
  call.set_sequence(seen_.api_call_count() + 1);
  seen_.set_api_call_count(call.sequence());
  call.set_name(Shorten(message.name, caps_.log_characters));
  call.set_args_sha256(Sha256Of(message.json));
  const int64_t start_ns = MonotonicNs();
  if (MayCall(message, &call)) AskHost(message, start_ns, &call);
  call.set_result_sha256(
      Sha256Of(call.outcome() == v1::HostCall::OUTCOME_OK ? call.value_json() : call.error()));
  call.set_duration_us((MonotonicNs() - start_ns) / kNsPerUs);
  return call;
}

bool Service::MayCall(const Message& message, v1::HostCall* call) const {
  const auto left = calls_left_.find(message.name);
  if (call->sequence() > caps_.max_calls) {
    Fail(v1::HostCall::OUTCOME_TOO_MANY,
         absl::StrCat("more than ", caps_.max_calls, " calls of host functions"), call);
  } else if (left == calls_left_.end()) {
    Fail(v1::HostCall::OUTCOME_REFUSED, absl::StrCat("there is no host function ", Quote(call->name())),
         call);
  } else if (left->second <= 0) {
    Fail(v1::HostCall::OUTCOME_TOO_MANY, absl::StrCat("too many calls of ", call->name()), call);
  } else if (message.json.size() > caps_.result_bytes) {
    Fail(v1::HostCall::OUTCOME_REFUSED,
         absl::StrCat("arguments of ", message.json.size(), " bytes; at most ", caps_.result_bytes), call);
  } else if (!host_) {
    Fail(v1::HostCall::OUTCOME_ERROR, "nobody answers host functions here", call);
  } else {
    return true;
  }
  return false;
}

void Service::AskHost(const Message& message, int64_t start_ns, v1::HostCall* call) {
  --calls_left_[message.name];
  const absl::Duration timeout = absl::Milliseconds(caps_.host_timeout_ms);
  own_time_.Stop(MonotonicNs());
  const absl::StatusOr<std::string> answer =
      host_({call->sequence(), message.name, message.json, absl::Now() + timeout, over_fd_});
  own_time_.Run(MonotonicNs());
  const bool late =
      absl::Nanoseconds(MonotonicNs() - start_ns) > timeout || absl::IsDeadlineExceeded(answer.status());
  const absl::StatusOr<std::string> value = answer.ok() ? Compact(*answer) : answer.status();
  if (late) {
    Fail(v1::HostCall::OUTCOME_TIMEOUT, absl::StrCat("no answer within ", caps_.host_timeout_ms, " ms"),
         call);
  } else if (!answer.ok()) {
    Fail(v1::HostCall::OUTCOME_ERROR, std::string(answer.status().message()), call);
  } else if (!value.ok()) {
    Fail(v1::HostCall::OUTCOME_REFUSED, absl::StrCat("the host's answer ", value.status().message()), call);
  } else if (value->size() > caps_.result_bytes) {
    Fail(v1::HostCall::OUTCOME_REFUSED,
         absl::StrCat("the host's answer has ", value->size(), " bytes; at most ", caps_.result_bytes), call);
  } else {
    call->set_outcome(v1::HostCall::OUTCOME_OK);
    call->set_value_json(*value);
  }
}

void Service::Report(v1::CallResult* result) && {
  if (answer_.has_value())
    seen_.set_logs_dropped(seen_.logs_dropped() + std::min(answer_->logs_dropped, int64_t{1} << 53));
  seen_.set_ended_well(ended_ && misuse_.empty());
  result->MergeFrom(seen_);
}

}  // namespace jail::call
