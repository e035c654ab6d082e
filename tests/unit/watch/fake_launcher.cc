// A test double for jail-launch that speaks the contract of plan/layout.h. Its "plan" is a script, one
// command a line, so that a test can take every turn of the watcher without privilege:
//   report             send the report's memfd (then kept up to date)
//   exec / finish      set exec_ns; set finished, program_ended and end_ns
//   status N           the program's wait status
//   reason N           kill_reason
//   step NUMBER        the helper's current step
//   out TEXT, err TEXT write to a stream
//   flood BYTES        write that many bytes to stdout: 'a' to 'z' in turn
//   cat                copy stdin to stdout
//   tell WHAT          write fds, args, env or signals to stdout
//   await              wait for a message and write its letter to stdout; '-' at the end of file
//   work PATH          send that directory
//   hold SECONDS       leave a process behind that keeps stdout open
//   linger             wait for the end of the control socket, and say nothing
//   done               say that only the exit is to come
//   exit N, die SIGNAL
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "jail/plan/layout.h"
#include "jail/plan/raw_report.h"

extern char** environ;

namespace {

using jail::plan::RawReport;

RawReport* report = nullptr;

int64_t Now() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void WriteAll(int fd, const std::string& text) {
  for (size_t at = 0; at < text.size();) {
    const ssize_t written = write(fd, text.data() + at, text.size() - at);
    if (written < 0) _exit(90);
    at += static_cast<size_t>(written);
  }
}

void SendFd(char letter, int fd) {
  iovec part = {&letter, 1};
  alignas(cmsghdr) char space[CMSG_SPACE(sizeof(int))] = {};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = space;
  message.msg_controllen = sizeof(space);
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(header), &fd, sizeof(fd));
  if (sendmsg(jail::plan::kControlFd, &message, MSG_NOSIGNAL) != 1) _exit(91);
}

void SendReport() {
  const int fd = memfd_create("report", MFD_CLOEXEC);
  if (ftruncate(fd, sizeof(RawReport)) != 0) _exit(92);
  void* memory = mmap(nullptr, sizeof(RawReport), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) _exit(93);
  report = static_cast<RawReport*>(memory);
  report->magic = jail::plan::kReportMagic;
  report->version = jail::plan::kVersion;
  SendFd('R', fd);
  close(fd);
}

void Flood(size_t bytes) {
  std::string text(std::min<size_t>(bytes, 1 << 16), ' ');
  for (size_t done = 0; done < bytes;) {
    text.resize(std::min(text.size(), bytes - done));
    for (size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>('a' + (done + i) % 26);
    WriteAll(1, text);
    done += text.size();
  }
}

void Cat() {
  char buffer[4096];
  for (ssize_t got; (got = read(0, buffer, sizeof(buffer))) > 0;) {
    WriteAll(1, std::string(buffer, static_cast<size_t>(got)));
  }
}

std::string OpenFds() {
  std::vector<int> fds;
  DIR* dir = opendir("/proc/self/fd");
  while (const dirent* entry = readdir(dir)) {
    const int fd = atoi(entry->d_name);
    if (entry->d_name[0] != '.' && fd != dirfd(dir)) fds.push_back(fd);
  }
  closedir(dir);
  std::sort(fds.begin(), fds.end());
  std::string text;
  for (const int fd : fds) text += std::to_string(fd) + " ";
  return text;
}

std::string Signals() {
  std::ifstream status("/proc/self/status");
  std::string text;
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("SigBlk", 0) == 0 || line.rfind("SigIgn", 0) == 0) text += line + "\n";
  }
  return text;
}

std::string Environment() {
  std::string text;
  for (char** variable = environ; *variable != nullptr; ++variable) text += std::string(*variable) + "\n";
  return text;
}

void Tell(const std::string& what, int argc, char** argv) {
  std::string args;
  for (int i = 0; i < argc; ++i) args += std::string(argv[i]) + " ";
  WriteAll(1, what == "fds"       ? OpenFds()
              : what == "signals" ? Signals()
              : what == "env"     ? Environment()
                                  : args);
}

void Await() {
  char letter = '-';
  if (recv(jail::plan::kControlFd, &letter, 1, 0) <= 0) letter = '-';
  WriteAll(1, std::string(1, letter));
}

void Linger() {
  char letter;
  while (recv(jail::plan::kControlFd, &letter, 1, 0) > 0) {
  }
}

void SayDone() {
  if (send(jail::plan::kControlFd, "D", 1, MSG_NOSIGNAL) != 1) _exit(94);
}

void Hold(unsigned seconds) {
  if (fork() != 0) return;
  for (int fd = 3; fd < 10; ++fd) close(fd);
  sleep(seconds);
  _exit(0);
}

void Finish() {
  report->program_ended = 1;
  report->end_ns = Now();
  report->finished = 1;
}

std::string ReadPlan() {
  std::string text;
  char buffer[4096];
  off_t at = 0;
  for (ssize_t got; (got = pread(jail::plan::kPlanFd, buffer, sizeof(buffer), at)) > 0; at += got) {
    text.append(buffer, static_cast<size_t>(got));
  }
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  // As the real one, which will not start without its descriptors.
  if (fcntl(jail::plan::kPlanFd, F_GETFD) < 0 || fcntl(jail::plan::kControlFd, F_GETFD) < 0) return 101;
  if (argc > 1) return 0;  // --sweep
  std::istringstream script(ReadPlan());
  for (std::string line; std::getline(script, line);) {
    const size_t space = std::min(line.find(' '), line.size());
    const std::string command = line.substr(0, space);
    const std::string rest = line.substr(std::min(space + 1, line.size()));
    const int number = atoi(rest.c_str());
    if (command == "report") SendReport();
    if (command == "exec") report->exec_ns = Now();
    if (command == "finish") Finish();
    if (command == "status") report->program_status = number;
    if (command == "reason") report->kill_reason = static_cast<jail::plan::KillReason>(number);
    if (command == "step") report->host.step = static_cast<jail::plan::StepId>(number);
    if (command == "done") SayDone();
    if (command == "linger") Linger();
    if (command == "out") WriteAll(1, rest);
    if (command == "err") WriteAll(2, rest);
    if (command == "flood") Flood(static_cast<size_t>(atoll(rest.c_str())));
    if (command == "cat") Cat();
    if (command == "tell") Tell(rest, argc, argv);
    if (command == "await") Await();
    if (command == "work") SendFd('W', open(rest.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (command == "hold") Hold(static_cast<unsigned>(number));
    if (command == "exit") _exit(number);
    if (command == "die") kill(getpid(), number);
  }
  return 0;
}
