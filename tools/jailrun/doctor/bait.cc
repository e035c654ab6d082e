#include "tools/jailrun/doctor/bait.h"

#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace jail::cli {
namespace {

constexpr char kVariable[] = "JAILRUN_DOCTOR_SECRET";
constexpr int kInheritableFd = 100;  // Far from what the library opens itself.

std::string RandomText() {
  std::array<char, 6> bytes = {};
  if (getrandom(bytes.data(), bytes.size(), 0) < 0) return absl::StrCat(getpid());
  return absl::BytesToHexString(absl::string_view(bytes.data(), bytes.size()));
}

sigset_t OurSignal() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  return set;
}

// The name that the kernel gave the socket, or zeros.
template <typename Address>
Address NameOf(int fd) {
  Address address = {};
  socklen_t size = sizeof address;
  static_cast<void>(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size));
  return address;
}

template <typename Address>
Fd ListenOn(const Address& address, size_t size) {
  const auto* name = reinterpret_cast<const sockaddr*>(&address);
  Fd fd(socket(name->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const bool listening =
      fd.valid() && bind(fd.get(), name, static_cast<socklen_t>(size)) == 0 && listen(fd.get(), 8) == 0;
  return listening ? std::move(fd) : Fd();
}

// Somebody connected since the last look.
bool Visited(const Fd& listener) {
  if (!listener.valid()) return false;
  bool visited = false;
  for (;;) {
    const Fd visitor(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!visitor.valid()) return visited;
    visited = true;
  }
}

bool Holds(const v1::Output& out, const std::string& text) {
  return absl::StrContains(out.content(), text) || absl::StrContains(out.tail(), text);
}

bool CameBack(const v1::ResultRecord& record, const std::string& text) {
  for (const v1::PhaseResult& phase : record.phases()) {
    if (Holds(phase.stdout(), text) || Holds(phase.stderr(), text)) return true;
  }
  for (const v1::Artifact& artifact : record.artifacts()) {
    if (absl::StrContains(artifact.content(), text)) return true;
  }
  return false;
}

}  // namespace

Bait::Bait() : secret_(absl::StrCat("secret-", RandomText())), marker_(absl::StrCat("jr-", RandomText())) {
  const sigset_t ours = OurSignal();
  sigprocmask(SIG_BLOCK, &ours, &old_mask_);
  setenv(kVariable, secret_.c_str(), /*replace=*/1);
  LayFile();
  Listen();
  StartVictim();
}

Bait::~Bait() {
  if (victim_ > 0) {
    kill(victim_, SIGKILL);
    waitpid(victim_, nullptr, 0);
  }
  if (!secret_path_.empty()) unlink(secret_path_.c_str());
  unsetenv(kVariable);
  static_cast<void>(SignalHarm());  // Else a signal that waits would end us below.
  sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
}

// A host without a writable /tmp goes without the file; the other baits remain.
void Bait::LayFile() {
  std::string path = "/tmp/jailrun-doctor.XXXXXX";
  file_ = Fd(mkostemp(path.data(), O_CLOEXEC));
  if (!file_.valid()) return;
  secret_path_ = path;
  if (pwrite(file_.get(), secret_.data(), secret_.size(), 0) < 0) return file_.Reset();
  // Readable for all: what keeps the program out must be the jail, not the file's mode.
  static_cast<void>(fchmod(file_.get(), 0644));
  // Inheritable on purpose: what a careless caller leaves open.
  inheritable_ = Fd(fcntl(file_.get(), F_DUPFD, kInheritableFd));  // NOLINT(android-cloexec-dup)
}

void Bait::Listen() {
  sockaddr_in loopback = {};
  loopback.sin_family = AF_INET;
  loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  tcp_ = ListenOn(loopback, sizeof loopback);
  if (tcp_.valid()) port_ = ntohs(NameOf<sockaddr_in>(tcp_.get()).sin_port);
  sockaddr_un abstract = {};
  abstract.sun_family = AF_UNIX;
  std::memcpy(abstract.sun_path + 1, marker_.data(), marker_.size());
  abstract_ = ListenOn(abstract, offsetof(sockaddr_un, sun_path) + 1 + marker_.size());
}

void Bait::StartVictim() {
  victim_ = fork();
  if (victim_ != 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (;;) pause();
}

std::vector<std::string> Bait::Arguments() const {
  char host[256] = {};
  static_cast<void>(gethostname(host, sizeof host - 1));
  return {absl::StrCat("secret=", secret_path_), absl::StrCat("port=", port_),
          absl::StrCat("abstract=", marker_),    absl::StrCat("victim=", victim_),
          absl::StrCat("caller=", getpid()),     absl::StrCat("host=", host),
          absl::StrCat("marker=", marker_)};
}

std::string Bait::Harm(const v1::ResultRecord& record) {
  std::string harm;
  if (CameBack(record, secret_)) harm = "the secret came out of the jail";
  for (const std::string& found : {FileHarm(), ListenerHarm(), VictimHarm(), SignalHarm(), DaemonHarm()}) {
    if (!found.empty()) absl::StrAppend(&harm, harm.empty() ? "" : "; ", found);
  }
  return harm;
}

std::string Bait::FileHarm() const {
  if (!file_.valid()) return "";
  std::string now(secret_.size() + 1, '\0');
  const ssize_t size = pread(file_.get(), now.data(), now.size(), 0);
  now.resize(size < 0 ? 0 : static_cast<size_t>(size));
  return now == secret_ ? "" : "doctor's file was changed";
}

std::string Bait::ListenerHarm() const {
  if (Visited(tcp_)) return "it connected to doctor's listener on 127.0.0.1";
  return Visited(abstract_) ? "it connected to doctor's abstract Unix socket" : "";
}

std::string Bait::VictimHarm() {
  if (victim_ <= 0 || waitpid(victim_, nullptr, WNOHANG) != victim_) return "";
  StartVictim();
  return "it killed a process of doctor's";
}

std::string Bait::SignalHarm() {
  const sigset_t ours = OurSignal();
  const timespec now = {};
  siginfo_t info = {};
  std::string harm;
  while (sigtimedwait(&ours, &info, &now) == SIGUSR1) {
    harm = absl::StrCat("doctor got a signal from process ", info.si_pid);
  }
  return harm;
}

std::string Bait::DaemonHarm() const {
  DIR* proc = opendir("/proc");
  if (proc == nullptr) return "";
  std::string harm;
  while (const dirent* entry = readdir(proc)) {
    const std::string pid = entry->d_name;
    if (!absl::ascii_isdigit(static_cast<unsigned char>(pid[0]))) continue;
    std::string name;
    std::getline(std::ifstream(absl::StrCat("/proc/", pid, "/comm")), name);
    if (name == marker_) harm = absl::StrCat("its daemon lives on as process ", pid);
  }
  closedir(proc);
  return harm;
}

}  // namespace jail::cli
