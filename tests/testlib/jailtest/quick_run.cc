#include "tests/testlib/jailtest/quick_run.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/testlib/jailtest/jailrun.h"
#include "tests/testlib/jailtest/process_tree.h"

namespace jailtest {
namespace {

// Another number than the program's, so that dup2 makes a copy that survives exec.
jail::Fd MakeRecordFile() {
  jail::Fd fd(memfd_create("record", MFD_CLOEXEC));
  return fd.get() == kRecordFd ? jail::Fd(fcntl(fd.get(), F_DUPFD_CLOEXEC, kRecordFd + 1)) : std::move(fd);
}

pid_t Spawn(const std::vector<std::string>& argv, int record) {
  std::vector<char*> pointers;
  for (const std::string& word : argv) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  char* environment[] = {nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int fd : {0, 1, 2}) posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
  posix_spawn_file_actions_adddup2(&actions, record, kRecordFd);
  pid_t pid = -1;
  const int error = posix_spawn(&pid, argv[0].c_str(), &actions, nullptr, pointers.data(), environment);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) ADD_FAILURE() << argv[0] << ": " << strerror(error);
  return error == 0 ? pid : -1;
}

}  // namespace

QuickRun::QuickRun(const std::vector<std::string>& args) : record_(MakeRecordFile()) {
  std::vector<std::string> argv = {JailrunPath(), args[0], "--record", absl::StrCat("fd:", kRecordFd)};
  argv.insert(argv.end(), args.begin() + 1, args.end());
  pid_ = Spawn(argv, record_.get());
  if (pid_ < 0) return;
  Own(pid_);
  pidfd_ = jail::Fd(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
}

QuickRun::QuickRun(QuickRun&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      timed_out_(other.timed_out_),
      pidfd_(std::move(other.pidfd_)),
      record_(std::move(other.record_)) {}

QuickRun::~QuickRun() {
  if (pid_ > 0) Finish(absl::ZeroDuration());
}

jail::v1::ResultRecord QuickRun::Finish(absl::Duration timeout) {
  jail::v1::ResultRecord record;
  if (pid_ < 0) return record;
  pollfd end = {pidfd_.get(), POLLIN, 0};
  timed_out_ = poll(&end, 1, static_cast<int>(absl::ToInt64Milliseconds(timeout))) != 1;
  if (timed_out_) kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  Disown(std::exchange(pid_, -1));
  lseek(record_.get(), 0, SEEK_SET);
  if (!record.ParseFromFileDescriptor(record_.get())) record.Clear();
  return record;
}

int AwaitAny(const std::vector<QuickRun>& runs, absl::Duration timeout) {
  std::vector<pollfd> ends;
  for (const QuickRun& run : runs) ends.push_back({run.pidfd(), POLLIN, 0});
  if (poll(ends.data(), ends.size(), static_cast<int>(absl::ToInt64Milliseconds(timeout))) <= 0) return -1;
  for (size_t i = 0; i < ends.size(); ++i) {
    if (ends[i].revents != 0) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace jailtest
