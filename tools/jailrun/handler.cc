#include "tools/jailrun/handler.h"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "tools/jailrun/files.h"

namespace jail::cli {
namespace {

constexpr int kPatienceMs = 2000;

// In a group of its own, with no signal blocked, and with our standard error.
int Spawn(const std::string& command, int end, pid_t* pid) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_adddup2(&actions, end, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, end, STDOUT_FILENO);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  std::string shell = "sh", option = "-c", words = command;
  const std::array<char*, 4> argv = {shell.data(), option.data(), words.data(), nullptr};
  const int error = posix_spawn(pid, "/bin/sh", &actions, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

}  // namespace

absl::StatusOr<Handler> Handler::Start(const std::string& command) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return SystemError(errno, "--host-command");
  Fd ours(ends[0]);
  const Fd theirs(ends[1]);
  pid_t pid = -1;
  if (const int error = Spawn(command, theirs.get(), &pid); error != 0)
    return SystemError(error, "--host-command");
  Fd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  return Handler(std::move(ours), std::move(pidfd), pid);
}

Handler::~Handler() {
  if (!socket_.valid()) return;  // Moved from.
  socket_.Reset();
  pollfd ended{pidfd_.get(), POLLIN, 0};
  if (!pidfd_.valid() || poll(&ended, 1, kPatienceMs) <= 0) kill(-pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace jail::cli
