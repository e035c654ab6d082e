// One poll loop over the pipes and the pidfd.
#include "tests/testlib/jailtest/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "tests/testlib/jailtest/process_tree.h"

namespace jailtest {
namespace {

// After the program's end, what it wrote is in the pipes already; more time means a holder.
constexpr absl::Duration kHoldersTimeout = absl::Seconds(2);
// Above every number that a program's descriptors are moved to.
constexpr int kFirstSpareFd = 100;
constexpr size_t kKeepAtMost = size_t{64} << 20;

struct Pipe {
  jail::Fd read, write;
};

Pipe MakePipe() {
  int fds[2] = {-1, -1};
  if (pipe2(fds, O_CLOEXEC) != 0) ADD_FAILURE() << "pipe2: errno " << errno;
  return {jail::Fd(fds[0]), jail::Fd(fds[1])};
}

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (const std::string& string : strings) pointers.push_back(const_cast<char*>(string.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Process::Process(Command command) : command_(std::move(command)) { Start(); }

Process::~Process() {
  if (reaped_ || pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  Disown(pid_);
}

void Process::Start() {
  std::map<int, int> descriptors = command_.give;
  std::vector<jail::Fd> ends;
  Pipe input = MakePipe();
  descriptors.emplace(0, input.read.get());  // What the test gives comes first.
  stdin_ = std::move(input.write);
  fcntl(stdin_.get(), F_SETFL, O_NONBLOCK);
  std::vector<int> sinks = {1, 2};
  sinks.insert(sinks.end(), command_.capture.begin(), command_.capture.end());
  for (int number : sinks) {
    Pipe output = MakePipe();
    descriptors.emplace(number, output.write.get());
    sinks_[number] = std::move(output.read);
    (number <= 2 ? watched_ : ends).push_back(std::move(output.write));
  }
  started_ = absl::Now();
  pid_ = fork();
  if (pid_ == 0) BecomeTheProgram(descriptors);
  if (pid_ < 0) ADD_FAILURE() << "fork: errno " << errno;
  Own(pid_);
  pidfd_ = jail::Fd(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
  if (command_.stdin_bytes.empty() && !command_.keep_stdin_open) stdin_.Reset();
}

void Process::BecomeTheProgram(const std::map<int, int>& descriptors) const {
  // Two rounds, so that no target number is overwritten while it is still a source.
  std::map<int, int> spare;
  for (auto [number, fd] : descriptors) spare[number] = fcntl(fd, F_DUPFD_CLOEXEC, kFirstSpareFd);
  for (auto [number, fd] : spare) dup2(fd, number);
  std::vector<char*> argv = Pointers(command_.argv);
  std::vector<char*> env = Pointers(command_.env);
  if (chdir(command_.cwd.c_str()) != 0) _exit(99);
  if (command_.before_exec) command_.before_exec();
  execve(argv[0], argv.data(), env.data());
  _exit(98);
}

void Process::Signal(int signal) const { kill(pid_, signal); }

void Process::FeedStdin() {
  const std::string& bytes = command_.stdin_bytes;
  const ssize_t n = write(stdin_.get(), bytes.data() + stdin_sent_, bytes.size() - stdin_sent_);
  if (n > 0) stdin_sent_ += static_cast<size_t>(n);
  const bool refused = n < 0 && errno != EAGAIN;  // EPIPE: the program reads no more.
  if ((refused || stdin_sent_ == bytes.size()) && !command_.keep_stdin_open) stdin_.Reset();
}

void Process::Drain(int number) {
  char buffer[65536];
  const ssize_t n = read(sinks_[number].get(), buffer, sizeof buffer);
  if (n <= 0) {
    sinks_.erase(number);
    return;
  }
  std::string& kept = number == 1 ? outcome_.out : number == 2 ? outcome_.err : outcome_.captured[number];
  if (kept.size() < kKeepAtMost) kept.append(buffer, static_cast<size_t>(n));
}

void Process::NoteExit() {
  int status = 0;
  if (waitpid(pid_, &status, 0) == pid_) {
    if (WIFEXITED(status)) outcome_.exit_code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) outcome_.term_signal = WTERMSIG(status);
  }
  reaped_ = true;
  Disown(pid_);
  exited_ = absl::Now();
  pidfd_.Reset();
  stdin_.Reset();
  outcome_.wall = exited_ - started_;
  outcome_.orphans = AwaitNoOrphans(absl::ZeroDuration());
  for (const jail::Fd& end : watched_) {
    if ((fcntl(end.get(), F_GETFL) & O_NONBLOCK) != 0) outcome_.made_nonblocking = true;
  }
  watched_.clear();
}

bool Process::PumpOnce(absl::Time deadline) {
  if (reaped_) deadline = std::min(deadline, exited_ + kHoldersTimeout);
  if ((reaped_ && sinks_.empty()) || absl::Now() >= deadline) return false;
  std::vector<pollfd> polls;
  for (const auto& [number, fd] : sinks_) polls.push_back({fd.get(), POLLIN, 0});
  if (!reaped_) polls.push_back({pidfd_.get(), POLLIN, 0});
  const bool feeding = stdin_.valid() && stdin_sent_ < command_.stdin_bytes.size();
  if (feeding) polls.push_back({stdin_.get(), POLLOUT, 0});
  const int64_t wait_ms = std::max<int64_t>(1, absl::ToInt64Milliseconds(deadline - absl::Now()));
  poll(polls.data(), polls.size(), static_cast<int>(std::min<int64_t>(wait_ms, 1000)));

  std::vector<int> ready;
  size_t i = 0;
  for (const auto& [number, fd] : sinks_) {
    if (polls[i++].revents != 0) ready.push_back(number);
  }
  for (int number : ready) Drain(number);
  if (!reaped_ && polls[i++].revents != 0) NoteExit();
  if (feeding && stdin_.valid() && polls[i].revents != 0) FeedStdin();
  return true;
}

bool Process::AwaitOutput(const std::string& text, absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (outcome_.out.find(text) == std::string::npos) {
    if (!PumpOnce(deadline)) return false;
  }
  return true;
}

Outcome Process::Finish() {
  const absl::Time deadline = started_ + command_.timeout;
  while (PumpOnce(deadline)) {
  }
  if (!reaped_) {
    outcome_.timed_out = true;
    kill(pid_, SIGKILL);
    NoteExit();
  }
  outcome_.pipes_held = !sinks_.empty() && !outcome_.timed_out;
  sinks_.clear();
  return outcome_;
}

}  // namespace jailtest
