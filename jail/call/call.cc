#include "jail/call/call.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "jail/base/errno_name.h"
#include "jail/base/fd.h"
#include "jail/base/status_macros.h"
#include "jail/base/threads.h"
#include "jail/call/judge.h"
#include "jail/call/service.h"
#include "jail/call/spec.h"

namespace jail::call {
namespace {

// What joins the run and the service beside it.
struct Wires {
  Fd over;    // Written to: the run has ended.
  Fd stop;    // Written to by the service: the program's own time is over.
  Fd either;  // Readable: that, or the caller's cancel_fd is. Only where there is such a time.
};

// One descriptor for two reasons to stop: an epoll, which is itself readable when one of them is.
absl::Status Join(int cancel_fd, Wires* wires) {
  wires->either = Fd(epoll_create1(EPOLL_CLOEXEC));
  if (!wires->either.valid()) return absl::ResourceExhaustedError(absl::StrCat("epoll: ", ErrnoName(errno)));
  for (const int fd : {wires->stop.get(), cancel_fd}) {
    if (fd < 0) continue;
    epoll_event event = {};
    event.events = EPOLLIN;
    if (epoll_ctl(wires->either.get(), EPOLL_CTL_ADD, fd, &event) == 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("io.cancel_fd: descriptor ", fd, " cannot be waited for (", ErrnoName(errno), ")"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Wires> Connect() {
  Wires wires;
  wires.over = Fd(eventfd(0, EFD_CLOEXEC));
  wires.stop = Fd(eventfd(0, EFD_CLOEXEC));
  if (!wires.over.valid() || !wires.stop.valid())
    return absl::ResourceExhaustedError(absl::StrCat("an eventfd: ", ErrnoName(errno)));
  return wires;
}

v1::CallResult Refuse(v1::CallError::Kind kind, absl::string_view why) {
  v1::CallResult result;
  SetError(kind, why, result.mutable_error());
  return result;
}

}  // namespace

v1::CallResult Run(const Jail& jail, const v1::CallSpec& spec, const Host& host, Io io,
                   const LogObserver& observe_log) {
  const v1::Site& site = jail.SiteConfig();
  const absl::StatusOr<Request> request =
      Prepare(spec, site.has_max_wall_time_ms() ? site.max_wall_time_ms() : kUsualMostWallMs);
  if (!request.ok()) return Refuse(v1::CallError::KIND_INVALID_INPUT, request.status().message());
  absl::StatusOr<Wires> wires = Connect();
  if (!wires.ok()) return Refuse(v1::CallError::KIND_JAIL_ERROR, wires.status().message());
  if (spec.host_time_excluded()) {
    const absl::Status joined = Join(io.cancel_fd, &*wires);
    if (!joined.ok()) return Refuse(v1::CallError::KIND_INVALID_INPUT, joined.message());
    io.cancel_fd = wires->either.get();
  }

  Service service(spec, request->caps, host, wires->over.get(), request->nonce, wires->stop.get());
  service.ObserveLog(observe_log);
  std::vector<Fd> channel;
  std::thread server;
  io.channels = 1;
  io.on_channels = [&](std::vector<Fd> ours) {
    channel = std::move(ours);
    server = std::thread([&] {
      BlockSignalsOfThread();
      service.Serve(channel.front().get(), request->start_json);
    });
  };
  v1::ResultRecord record = jail.Run(request->job, io);
  // Cannot fail: the counter is far from full.
  static_cast<void>(eventfd_write(wires->over.get(), 1));
  if (server.joinable()) {  // Else the job was refused.
    // The end of file, after what is still in it, whoever else might hold the program's end.
    static_cast<void>(shutdown(channel.front().get(), SHUT_RDWR));
    server.join();
  }

  v1::CallResult result;
  result.mutable_patterns()->Assign(request->patterns.begin(), request->patterns.end());
  Judge(service, request->caps, std::move(record), &result);
  std::move(service).Report(&result);
  return result;
}

}  // namespace jail::call
