#include "jail/call/host.h"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "jail/base/errno_name.h"
#include "jail/base/sha256.h"
#include "jail/base/status_macros.h"
#include "jail/call/json.h"

namespace jail::call {
namespace {

constexpr size_t kMaxLineBytes = size_t{16} << 20;

class Lines {
 public:
  Lines(int read_fd, int write_fd) : read_fd_(read_fd), write_fd_(write_fd) {}

  absl::StatusOr<std::string> Ask(const HostRequest& request) {
    JAIL_RETURN_IF_ERROR(Write(absl::StrCat("{\"id\":", request.sequence, ",\"name\":", Quote(request.name),
                                            ",\"args\":", request.args_json, "}\n"),
                               request));
    while (true) {
      JAIL_ASSIGN_OR_RETURN(const std::string line, ReadLine(request));
      const absl::StatusOr<Members> answer = MembersOf(line);
      if (!answer.ok())
        return absl::UnavailableError(absl::StrCat("the handler's answer ", answer.status().message()));
      const std::string* id = Find(*answer, "id");
      if (id != nullptr && *id == absl::StrCat(request.sequence)) return Take(*answer);
    }
  }

 private:
  static absl::StatusOr<std::string> Take(const Members& answer) {
    const std::string* ok = Find(answer, "ok");
    const std::string* value = Find(answer, "value");
    if (ok != nullptr && *ok == "true") return value == nullptr ? "null" : *value;
    const std::string* error = Find(answer, "error");
    std::string message = "the handler said no";
    if (error != nullptr) static_cast<void>(Unquote(*error, &message));
    return absl::UnknownError(message);
  }

  static absl::Status Wait(int fd, int16_t events, const HostRequest& request) {
    std::array<pollfd, 2> ends = {{{fd, events, 0}, {request.over_fd, POLLIN, 0}}};
    while (true) {
      const int64_t left_ms = std::max<int64_t>(absl::ToInt64Milliseconds(request.deadline - absl::Now()), 0);
      const int ready =
          poll(ends.data(), ends.size(), static_cast<int>(std::min<int64_t>(left_ms + 1, 1 << 30)));
      if (ready < 0 && errno != EINTR)
        return absl::UnavailableError(absl::StrCat("poll: ", ErrnoName(errno)));
      if (ready > 0 && ends[1].revents != 0) return absl::CancelledError("the run is over");
      if (ready > 0) return absl::OkStatus();
      if (ready == 0 && absl::Now() >= request.deadline)
        return absl::DeadlineExceededError("no answer in time");
    }
  }

  // In pieces that a pipe takes at once when poll says that it can be written to: the handler's flags are its
  // own.
  absl::Status Write(absl::string_view bytes, const HostRequest& request) const {
    while (!bytes.empty()) {
      JAIL_RETURN_IF_ERROR(Wait(write_fd_, POLLOUT, request));
      const size_t piece = std::min<size_t>(bytes.size(), 4096);
      ssize_t written = send(write_fd_, bytes.data(), piece, MSG_NOSIGNAL);
      if (written < 0 && errno == ENOTSOCK) written = write(write_fd_, bytes.data(), piece);
      if (written < 0 && errno != EINTR && errno != EAGAIN)
        return absl::UnavailableError(absl::StrCat("the handler has gone (", ErrnoName(errno), ")"));
      if (written > 0) bytes.remove_prefix(static_cast<size_t>(written));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> ReadLine(const HostRequest& request) {
    while (true) {
      const size_t end = buffer_.find('\n');
      if (end != std::string::npos) {
        std::string line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        return line;
      }
      if (buffer_.size() > kMaxLineBytes) return absl::UnavailableError("the handler's line does not end");
      JAIL_RETURN_IF_ERROR(Wait(read_fd_, POLLIN, request));
      std::array<char, 65536> bytes;
      const ssize_t count = read(read_fd_, bytes.data(), bytes.size());
      if (count == 0) return absl::UnavailableError("the handler has gone");
      if (count < 0 && errno != EINTR && errno != EAGAIN)
        return absl::UnavailableError(absl::StrCat("the handler: ", ErrnoName(errno)));
      if (count > 0) buffer_.append(bytes.data(), static_cast<size_t>(count));
    }
  }

  int read_fd_, write_fd_;
  std::string buffer_;
};

absl::StatusOr<std::string> Replay(const v1::HostCall& call, const HostRequest& request) {
  if (call.name() != request.name || call.args_sha256() != Sha256Of(request.args_json)) {
    return absl::FailedPreconditionError(absl::StrCat("call ", request.sequence, " of ", request.name,
                                                      " is another one than the ledger's, of ", call.name()));
  }
  if (call.outcome() == v1::HostCall::OUTCOME_OK) return call.value_json();
  if (call.outcome() == v1::HostCall::OUTCOME_TIMEOUT) return absl::DeadlineExceededError(call.error());
  return absl::UnknownError(call.error());
}

}  // namespace

Host LinesHost(int read_fd, int write_fd) {
  const auto lines = std::make_shared<Lines>(read_fd, write_fd);
  return [lines](const HostRequest& request) { return lines->Ask(request); };
}

Host ReplayHost(const google::protobuf::RepeatedPtrField<v1::HostCall>& ledger) {
  return [ledger](const HostRequest& request) -> absl::StatusOr<std::string> {
    for (const v1::HostCall& call : ledger) {
      if (call.sequence() == request.sequence) return Replay(call, request);
    }
    return absl::NotFoundError(absl::StrCat("the ledger has no call ", request.sequence));
  };
}

}  // namespace jail::call
