#include "jail/pool/socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "jail/base/errno_name.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/pool/listen.h"

namespace jail::pool {
namespace {

// One datagram each way: a letter and the shape, or a letter alone; an answer of fixed size.
constexpr char kTake = 'T';
constexpr char kTell = 'S';
constexpr size_t kMostBytes = 64 << 10;  // Of a request; a shape has a loader's files in it (runtimec).
constexpr size_t kMostClients = 256;
constexpr timeval kPatience = {1, 0};  // For connecting, asking and the answer, each.

struct Answer {
  uint32_t magic;
  uint32_t given;     // 1: descriptors come with it, in the order of Descriptors:
  uint32_t work;      // 1: the work directory,
  uint32_t channels;  // so many of the program's,
  uint32_t loader;    // 1: the loader's
  uint32_t reserved;
  int64_t parked_ns;
  Stats stats;
};
constexpr uint32_t kMagic = 0x324c4f50;  // "POL2"

constexpr int kMostGiven = 8 + Io::kMaxChannels;
std::vector<Fd*> Descriptors(const Answer& answer, Helper& helper) {
  std::vector<Fd*> fds = {&helper.pidfd,       &helper.control,     &helper.stdin_pipe,
                          &helper.stdout_pipe, &helper.stderr_pipe, &helper.report};
  if (answer.work != 0) fds.push_back(&helper.work);
  helper.channels.resize(std::min<size_t>(answer.channels, Io::kMaxChannels));
  for (Fd& channel : helper.channels) fds.push_back(&channel);
  if (answer.loader != 0) fds.push_back(&helper.loader);
  return fds;
}

absl::Status OsError(absl::string_view what) {
  const std::string message = absl::StrCat(what, ": ", ErrnoName(errno));
  return errno == ENOENT || errno == ECONNREFUSED ? absl::NotFoundError(message)
                                                  : absl::UnavailableError(message);
}

absl::StatusOr<sockaddr_un> Address(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return absl::InvalidArgumentError(
        absl::StrCat("the socket ", Quoted(path), " must have 1 to ", sizeof address.sun_path - 1, " bytes"));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

absl::StatusOr<Fd> MakeSocket(int flags) {
  Fd fd(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0));
  if (!fd.valid()) return OsError("socket");
  return fd;
}

bool IsOurs(int peer) {
  ucred who = {};
  socklen_t size = sizeof who;
  return getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 && who.uid == geteuid();
}

absl::StatusOr<Fd> Connect(const std::string& path) {
  JAIL_ASSIGN_OR_RETURN(const sockaddr_un address, Address(path));
  JAIL_ASSIGN_OR_RETURN(Fd fd, MakeSocket(0));
  // A pool that stands still must not hold up a run, which can build its own jail in milliseconds.
  for (const int option : {SO_SNDTIMEO, SO_RCVTIMEO}) {
    if (setsockopt(fd.get(), SOL_SOCKET, option, &kPatience, sizeof kPatience) != 0)
      return OsError("setsockopt");
  }
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return OsError(absl::StrCat("the pool ", Quoted(path)));
  }
  if (!IsOurs(fd.get())) {
    return absl::PermissionDeniedError(absl::StrCat("the pool ", Quoted(path), " is another user's"));
  }
  return fd;
}

bool SendAnswer(int peer, const Answer& answer, Helper* helper) {
  iovec part = {const_cast<Answer*>(&answer), sizeof answer};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kMostGiven)> space = {};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  std::vector<int> fds;
  if (helper != nullptr) {
    for (const Fd* fd : Descriptors(answer, *helper)) fds.push_back(fd->get());
    message.msg_control = space.data();
    message.msg_controllen = CMSG_SPACE(sizeof(int) * fds.size());
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * fds.size());
    std::memcpy(CMSG_DATA(header), fds.data(), sizeof(int) * fds.size());
  }
  return sendmsg(peer, &message, MSG_DONTWAIT | MSG_NOSIGNAL) == static_cast<ssize_t>(sizeof answer);
}

// Every descriptor that came is owned, whatever the answer says of them.
std::vector<Fd> TakeDescriptors(msghdr* message) {
  std::vector<Fd> fds;
  for (cmsghdr* c = CMSG_FIRSTHDR(message); c != nullptr; c = CMSG_NXTHDR(message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd;
      std::memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof fd);
      fds.emplace_back(fd);
    }
  }
  return fds;
}

struct Received {
  Answer answer = {};
  std::vector<Fd> fds;
};

absl::StatusOr<Received> Ask(const std::string& path, char what, absl::string_view more) {
  JAIL_ASSIGN_OR_RETURN(const Fd fd, Connect(path));
  std::array<iovec, 2> parts = {{{&what, 1}, {const_cast<char*>(more.data()), more.size()}}};
  msghdr request = {};
  request.msg_iov = parts.data();
  request.msg_iovlen = parts.size();
  if (sendmsg(fd.get(), &request, MSG_NOSIGNAL) < 0) return OsError("asking the pool");
  Received received;
  iovec part = {&received.answer, sizeof received.answer};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kMostGiven)> space = {};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = space.data();
  message.msg_controllen = space.size();
  ssize_t got;
  do {
    got = recvmsg(fd.get(), &message, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return OsError("the pool's answer");
  received.fds = TakeDescriptors(&message);
  if (got != static_cast<ssize_t>(sizeof received.answer) || received.answer.magic != kMagic) {
    return absl::UnavailableError(absl::StrCat("the pool ", Quoted(path), " is of another version"));
  }
  return received;
}

// One user's clients, one event at a time: nothing here waits for any of them.
class Server {
 public:
  Server(Pool& pool, Fd door, Listener listener)
      : pool_(pool), door_(std::move(door)), listener_(std::move(listener)) {}

  absl::Status Run(int cancel_fd) {
    if (!listener_.Add(door_.get()) || !listener_.Add(cancel_fd)) return OsError("epoll_ctl");
    while (true) {
      const std::optional<std::vector<int>> heard = listener_.Wait();
      if (!heard.has_value()) return OsError("epoll_wait");
      for (const int fd : *heard) {
        if (fd == cancel_fd) return absl::OkStatus();
        if (fd == door_.get()) {
          Accept();
        } else {
          Hear(fd);
        }
      }
    }
  }

 private:
  void Accept() {
    Fd client(accept4(door_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    // Out of descriptors: the next one in line has waited less than the first of those that say nothing.
    if (!client.valid() && !clients_.empty()) clients_.erase(clients_.begin());
    if (!client.valid() || clients_.size() >= kMostClients || !IsOurs(client.get())) return;
    if (listener_.Add(client.get())) clients_.push_back(std::move(client));
  }

  void Hear(int fd) {
    const auto is_it = [fd](const Fd& one) { return one.get() == fd; };
    const auto ended = std::find_if(handed_out_.begin(), handed_out_.end(), is_it);
    if (ended != handed_out_.end()) {
      Bury(fd);
      handed_out_.erase(ended);
      return;
    }
    const auto client = std::find_if(clients_.begin(), clients_.end(), is_it);
    if (client != clients_.end() && !AnswerTo(fd)) clients_.erase(client);
  }

  // False when he is to be let go.
  bool AnswerTo(int fd) {
    std::array<char, kMostBytes> request;
    const ssize_t got = recv(fd, request.data(), request.size(), MSG_DONTWAIT | MSG_TRUNC);
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    if (got < 1 || static_cast<size_t>(got) > request.size()) return false;
    Answer answer = {};
    answer.magic = kMagic;
    if (request[0] == kTell) {
      answer.stats = pool_.stats();
      return SendAnswer(fd, answer, nullptr);
    }
    if (request[0] != kTake) return false;
    std::optional<Helper> helper =
        pool_.TakeReady({std::string(request.data() + 1, static_cast<size_t>(got) - 1)});
    if (!helper.has_value()) return SendAnswer(fd, answer, nullptr);
    answer.given = 1;
    answer.work = helper->work.valid() ? 1 : 0;
    answer.channels = static_cast<uint32_t>(helper->channels.size());
    answer.loader = helper->loader.valid() ? 1 : 0;
    answer.parked_ns = helper->parked_ns;
    const bool sent = SendAnswer(fd, answer, &*helper);
    // Its parent is us: its end is ours to wait for.
    if (listener_.Add(helper->pidfd.get())) handed_out_.push_back(std::move(helper->pidfd));
    return sent;
  }

  Pool& pool_;
  const Fd door_;
  const Listener listener_;
  std::vector<Fd> clients_;
  std::vector<Fd> handed_out_;  // pidfds
};

// A socket that nobody answers at is what a killed pool has left.
absl::Status ClearAway(const std::string& path) {
  struct stat status;
  if (lstat(path.c_str(), &status) != 0) return errno == ENOENT ? absl::OkStatus() : OsError(path);
  if (!S_ISSOCK(status.st_mode)) {
    return absl::AlreadyExistsError(absl::StrCat(Quoted(path), " is there, and is no socket"));
  }
  if (!absl::IsNotFound(Connect(path).status())) {
    return absl::AlreadyExistsError(absl::StrCat("somebody serves at ", Quoted(path), " already"));
  }
  return unlink(path.c_str()) == 0 ? absl::OkStatus() : OsError(path);
}

}  // namespace

absl::Status Serve(Pool& pool, const std::string& path, int cancel_fd) {
  JAIL_ASSIGN_OR_RETURN(const sockaddr_un address, Address(path));
  JAIL_RETURN_IF_ERROR(ClearAway(path));
  JAIL_ASSIGN_OR_RETURN(Fd door, MakeSocket(SOCK_NONBLOCK));
  const mode_t before = umask(0177);  // For nobody but us from its first moment on.
  const int bound = bind(door.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  umask(before);
  if (bound != 0) return OsError(absl::StrCat("the socket ", Quoted(path)));
  absl::Status status = absl::OkStatus();
  Listener listener;
  if (!listener.valid() || listen(door.get(), SOMAXCONN) != 0) status = OsError("the pool");
  if (status.ok()) status = Server(pool, std::move(door), std::move(listener)).Run(cancel_fd);
  unlink(path.c_str());
  return status;
}

std::optional<Helper> Client::Take(const Shape& shape) {
  absl::StatusOr<Received> received = Ask(path_, kTake, shape.plan);
  if (!received.ok() || received->answer.given != 1) return std::nullopt;
  Helper helper;
  const std::vector<Fd*> places = Descriptors(received->answer, helper);
  if (received->fds.size() != places.size()) return std::nullopt;
  for (size_t i = 0; i < places.size(); ++i) *places[i] = std::move(received->fds[i]);
  helper.parked_ns = received->answer.parked_ns;
  return helper;
}

absl::StatusOr<Stats> Client::stats() const {
  JAIL_ASSIGN_OR_RETURN(const Received received, Ask(path_, kTell, ""));
  return received.answer.stats;
}

}  // namespace jail::pool
