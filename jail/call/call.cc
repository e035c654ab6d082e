#include "jail/call/call.h"

#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>
#include <thread>
#include <utility>

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
  Fd ours, theirs;  // The channel.
  Fd over;          // Written to: the run has ended.
};

absl::StatusOr<Wires> Connect() {
  Wires wires;
  int ends[2] = {-1, -1};
  const bool paired = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0;
  wires.ours = Fd(ends[0]);
  wires.theirs = Fd(ends[1]);
  wires.over = Fd(eventfd(0, EFD_CLOEXEC));
  if (!paired || !wires.over.valid())
    return absl::ResourceExhaustedError(absl::StrCat("a channel: ", ErrnoName(errno)));
  return wires;
}

v1::CallResult Refuse(v1::CallError::Kind kind, absl::string_view why) {
  v1::CallResult result;
  SetError(kind, why, result.mutable_error());
  return result;
}

}  // namespace

v1::CallResult Run(const Jail& jail, const v1::CallSpec& spec, const Host& host, Io io) {
  const absl::StatusOr<Request> request = Prepare(spec);
  if (!request.ok()) return Refuse(v1::CallError::KIND_INVALID_INPUT, request.status().message());
  absl::StatusOr<Wires> wires = Connect();
  if (!wires.ok()) return Refuse(v1::CallError::KIND_JAIL_ERROR, wires.status().message());

  Service service(spec, request->caps, host, wires->over.get(), request->nonce);
  std::thread server([&] {
    BlockSignals();
    service.Serve(wires->ours.get(), request->start_json);
  });
  io.channels.insert(io.channels.begin(), wires->theirs.get());
  v1::ResultRecord record = jail.Run(request->job, io);
  // Cannot fail: the counter is far from full.
  static_cast<void>(eventfd_write(wires->over.get(), 1));
  // The end of file, after what is still in it, whoever else might hold that end.
  static_cast<void>(shutdown(wires->theirs.get(), SHUT_RDWR));
  server.join();

  v1::CallResult result;
  result.mutable_patterns()->Assign(request->patterns.begin(), request->patterns.end());
  Judge(service, request->caps, std::move(record), &result);
  std::move(service).Report(&result);
  return result;
}

}  // namespace jail::call
