#include "tools/jailrun/pool.h"

#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "jail/base/status_macros.h"
#include "jail/pool/pool.h"
#include "jail/pool/socket.h"
#include "tools/jailrun/exit_status.h"
#include "tools/jailrun/files.h"
#include "tools/jailrun/process.h"
#include "tools/jailrun/run.h"
#include "tools/jailrun/say.h"

namespace jail::cli {
namespace {

// One for each user, where only he can put it. Empty: he has no such place.
std::string UsualSocket() {
  if (geteuid() == 0) return "/run/jailrun-pool.sock";
  const char* folder = getenv("XDG_RUNTIME_DIR");
  return folder != nullptr && *folder == '/' ? absl::StrCat(folder, "/jailrun-pool.sock") : "";
}

std::string SocketOf(const CommandLine& line) {
  return line.pool_socket.empty() ? UsualSocket() : line.pool_socket;
}

int FailByKind(const absl::Status& status) {
  return Fail(status, absl::IsInvalidArgument(status) ? kExitUsage : kExitJail);
}

}  // namespace

absl::StatusOr<std::shared_ptr<Parking>> ChooseParking(const CommandLine& line) {
  const std::string socket = SocketOf(line);
  if (line.cold || socket.empty()) return std::shared_ptr<Parking>();
  if (!line.pool_socket.empty()) {
    JAIL_RETURN_IF_ERROR(pool::Client(socket).stats().status());
  } else if (access(socket.c_str(), F_OK) != 0) {
    return std::shared_ptr<Parking>();
  }
  return std::make_shared<pool::Client>(socket);
}

int ServePool(const CommandLine& line, const std::string& launcher_path) {
  const std::string socket = SocketOf(line);
  if (socket.empty()) return FailByKind(absl::InvalidArgumentError("say where: --pool SOCKET"));
  const absl::StatusOr<CancelSignals> end = CancelSignals::Block();
  if (!end.ok()) return FailByKind(end.status());
  pool::Options options;
  options.launcher_path = launcher_path;
  options.ready_per_shape = line.pool_ready;
  options.most = line.pool_most;
  options.zygotes = !line.no_zygotes;
  const absl::StatusOr<std::unique_ptr<pool::Pool>> pool = pool::Pool::Open(std::move(options));
  if (!pool.ok()) return FailByKind(pool.status());
  const absl::Status served = pool::Serve(**pool, socket, end->fd());
  return served.ok() ? kExitOk : FailByKind(served);
}

int ShowPool(const CommandLine& line) {
  const absl::StatusOr<pool::Stats> stats = pool::Client(SocketOf(line)).stats();
  if (!stats.ok()) return FailByKind(stats.status());
  return Show(absl::StrCat("Ready: ", stats->ready, " jails of ", stats->shapes, " shapes, ", stats->building,
                           " being built\nHanded out: ", stats->handed_out,
                           "; asked for when none was ready: ", stats->missed,
                           "; built in vain: ", stats->failed, "\n"));
}

}  // namespace jail::cli
