#include "tests/integration/handmade_plan.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "gtest/gtest.h"

namespace jailtest {
namespace {

using jail::plan::Header;
using jail::plan::RawReport;
using jail::plan::Span;

Span Append(const std::string& text, std::string* bytes) {
  const Span span = {bytes->size(), text.size()};
  *bytes += text;
  return span;
}

template <size_t kSize>
void SetName(const char* name, char (&field)[kSize]) {
  std::strncpy(field, name, kSize - 1);
}

}  // namespace

std::optional<RawReport> ReceiveReport(int socket) {
  char byte = 0;
  iovec data = {&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message = {};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  while (recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) > 0) {
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (header != nullptr && header->cmsg_type == SCM_RIGHTS) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
      const jail::Fd memfd(fd);
      RawReport report;
      if (byte == static_cast<char>(jail::plan::Message::kReport) &&
          pread(memfd.get(), &report, sizeof report, 0) == static_cast<ssize_t>(sizeof report)) {
        return report;
      }
    }
    message.msg_controllen = sizeof control;
  }
  return std::nullopt;
}

std::string PlanBytes(const std::function<void(Header*, std::string*)>& spoil) {
  std::string bytes(sizeof(Header), '\0');
  Header header = {};
  header.magic = jail::plan::kMagic;
  header.version = jail::plan::kVersion;
  header.limits = {.wall_time_us = 5'000'000,
                   .cpu_time_us = 5'000'000,
                   .memory_bytes = int64_t{64} << 20,
                   .stack_bytes = int64_t{8} << 20,
                   .file_bytes = int64_t{8} << 20,
                   .disk_bytes = int64_t{8} << 20,
                   .disk_inodes = 256,
                   .processes = 10,
                   .open_files = 64,
                   .cpu_millicores = 0,
                   .idle_time_ms = 0,
                   .grace_ms = 0,
                   .reserved = 0,
                   .io_read_bytes_per_second = 0,
                   .io_write_bytes_per_second = 0,
                   .cpus = {}};
  SetName("host", header.root);
  SetName("default", header.policy);
  SetName("jail", header.hostname);
  header.argv = Append(std::string("/usr/bin/true\0", 14), &bytes);
  header.argc = 1;
  header.env = Append(std::string("PATH=/usr/bin\0", 14), &bytes);
  header.envc = 1;
  bytes.resize((bytes.size() + 7) / 8 * 8);
  header.files = {bytes.size(), 0};
  header.total_size = bytes.size();
  if (spoil) spoil(&header, &bytes);
  std::memcpy(bytes.data(), &header, std::min(bytes.size(), sizeof header));
  return bytes;
}

jail::Fd PlanMemfd(const std::string& bytes, int seals) {
  jail::Fd fd(memfd_create("plan", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  EXPECT_EQ(write(fd.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  if (seals == kAllSeals) seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  EXPECT_EQ(fcntl(fd.get(), F_ADD_SEALS, seals), 0);
  return fd;
}

HelperRun RunHelper(const jail::Fd& plan, const std::function<void(Command*)>& change) {
  int sockets[2] = {-1, -1};
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets), 0);
  const jail::Fd ours(sockets[0]);
  jail::Fd theirs(sockets[1]);
  Command command{
      .argv = {JAILTEST_LAUNCHER}, .keep_stdin_open = true, .env = {}, .timeout = absl::Seconds(10)};
  command.give = {{jail::plan::kPlanFd, plan.get()}, {jail::plan::kControlFd, theirs.get()}};
  if (change) change(&command);
  Process process(std::move(command));
  theirs.Reset();
  HelperRun run{.outcome = process.Finish(), .report = std::nullopt};
  run.report = ReceiveReport(ours.get());
  return run;
}

}  // namespace jailtest
