// The one file that is compiled with Boost.Beast; the headers of this folder are its parts.
#include "tools/jaild/http/server.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <list>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "tools/jaild/http/beast.h"
#include "tools/jaild/http/hub.h"
#include "tools/jaild/http/session.h"

namespace jail::http {
namespace {

using Tcp = asio::ip::tcp;
using Unix = asio::local::stream_protocol;

absl::Status Cannot(const Place& place, const char* what, ErrorCode error) {
  const std::string where = place.path.empty() ? absl::StrCat(place.address, ":", place.port) : place.path;
  return absl::UnavailableError(absl::StrCat(where, ": ", what, ": ", error.message()));
}

// A socket that nobody listens on is what a killed server has left.
bool IsAbandoned(const std::string& path) {
  struct stat found = {};
  if (lstat(path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) return false;
  asio::io_context io;
  Unix::socket probe(io);
  ErrorCode error;
  probe.connect(Unix::endpoint(path), error);
  return error == boost::system::errc::connection_refused;
}

serve::Peer PeerOf(Protocol::socket& socket) {
  serve::Peer peer;
  ucred credentials = {};
  socklen_t size = sizeof credentials;
  sockaddr_storage name = {};
  socklen_t name_size = sizeof name;
  const int fd = socket.native_handle();
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&name), &name_size) == 0 && name.ss_family == AF_UNIX) {
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0) peer.uid = credentials.uid;
    return peer;
  }
  Tcp::endpoint endpoint;
  if (name_size > endpoint.capacity()) return peer;
  memcpy(endpoint.data(), &name, name_size);
  endpoint.resize(name_size);
  asio::ip::address address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  peer.address = address.to_string();
  peer.here = address.is_loopback();
  return peer;
}

// For whom there is no room, not even to be read.
std::string NoRoom() {
  const serve::Response response =
      serve::RetryResponse(serve::Error::kUnavailable, "too many connections", absl::Seconds(1));
  return absl::StrCat(
      "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\nContent-Type: ",
      response.content_type, "\r\nContent-Length: ", response.body.size(), "\r\n\r\n", response.body);
}

}  // namespace

bool Place::here() const {
  ErrorCode error;
  const auto parsed = asio::ip::make_address(address, error);
  return address.empty() || (!error && parsed.is_loopback());
}

absl::StatusOr<Place> ParsePlace(absl::string_view text) {
  absl::string_view rest = text;
  Place place;
  if (absl::ConsumePrefix(&rest, "unix:")) {
    if (!absl::StartsWith(rest, "/") || rest.size() >= sizeof(sockaddr_un::sun_path))
      return absl::InvalidArgumentError(
          absl::StrCat(Quoted(text), ": the path is not absolute, or too long"));
    place.path = std::string(rest);
    return place;
  }
  const size_t colon = rest.rfind(':');
  absl::string_view address = colon == rest.npos ? "127.0.0.1" : rest.substr(0, colon);
  if (absl::ConsumePrefix(&address, "[")) absl::ConsumeSuffix(&address, "]");
  uint32_t port = 0;
  ErrorCode error;
  place.address = std::string(address);
  asio::ip::make_address(place.address, error);
  if (error || !absl::SimpleAtoi(rest.substr(colon == rest.npos ? 0 : colon + 1), &port) || port > 65535)
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(text), " is no place: 127.0.0.1:4000, [::1]:4000, 4000 or unix:/run/jaild.sock"));
  place.port = static_cast<unsigned short>(port);
  return place;
}

class Server::Impl {
 public:
  explicit Impl(serve::Service* service) : hub_(service, &io_) {}
  ~Impl() {
    for (const Listening& listening : listening_) {
      if (!listening.place.path.empty()) unlink(listening.place.path.c_str());
    }
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  absl::Status Listen(Place place) {
    if (!place.path.empty() && IsAbandoned(place.path)) unlink(place.path.c_str());
    ErrorCode error;
    Protocol::endpoint endpoint;
    if (place.path.empty()) {
      endpoint = Tcp::endpoint(asio::ip::make_address(place.address), place.port);
    } else {
      endpoint = Unix::endpoint(place.path);
    }
    Acceptor acceptor(io_);
    acceptor.open(endpoint.protocol(), error);
    if (error) return Cannot(place, "open", error);
    if (place.path.empty()) acceptor.set_option(Acceptor::reuse_address(true), error);
    acceptor.bind(endpoint, error);
    if (error) return Cannot(place, "bind", error);
    acceptor.listen(Acceptor::max_listen_connections, error);
    if (error) return Cannot(place, "listen", error);
    // Who may ask is decided by uid, for each request: see serve::Access.
    if (!place.path.empty() && chmod(place.path.c_str(), 0666) != 0)
      return absl::ErrnoToStatus(errno, place.path);
    if (place.path.empty()) place.port = PortOf(acceptor);
    listening_.push_back({std::move(acceptor), std::move(place)});
    return absl::OkStatus();
  }

  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& [acceptor, place] : listening_) {
      const bool six = absl::StrContains(place.address, ':');
      names.push_back(place.path.empty() ? absl::StrCat("http://", six ? "[" : "", place.address,
                                                        six ? "]" : "", ":", place.port)
                                         : absl::StrCat("unix:", place.path));
    }
    return names;
  }

  void Serve(int stop_fd) {
    for (Listening& listening : listening_) asio::co_spawn(io_, Accept(listening.acceptor), asio::detached);
    asio::co_spawn(io_, Tick(), asio::detached);
    asio::posix::stream_descriptor stop(io_, fcntl(stop_fd, F_DUPFD_CLOEXEC, 0));
    stop.async_wait(asio::posix::stream_descriptor::wait_read, [this](ErrorCode) { Drain(); });
    io_.run();
  }

 private:
  using Acceptor = asio::basic_socket_acceptor<Protocol>;
  struct Listening {
    Acceptor acceptor;
    Place place;
  };

  static unsigned short PortOf(const Acceptor& acceptor) {
    Tcp::endpoint bound;
    const Protocol::endpoint local = acceptor.local_endpoint();
    memcpy(bound.data(), local.data(), local.size());
    return bound.port();
  }

  Coroutine<> Accept(Acceptor& acceptor) {
    while (acceptor.is_open()) {
      auto [error, socket] = co_await acceptor.async_accept(kValues);
      if (error == asio::error::operation_aborted || !acceptor.is_open()) co_return;
      if (error) {  // Out of descriptors, most likely: some will be given back.
        co_await Pause(Ms(50));
        continue;
      }
      Take(std::move(socket));
    }
  }

  void Take(Protocol::socket socket) {
    // Asio does not ask for it. What is started between the two calls closes it itself.
    fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
    serve::Peer peer = PeerOf(socket);
    if (!hub_.Fits(peer)) {
      const std::string words = NoRoom();
      // Into an empty buffer it fits; if not, then it does not.
      static_cast<void>(
          send(socket.native_handle(), words.data(), words.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
      return;
    }
    ErrorCode ignored;  // A unix socket has none of it.
    if (!peer.uid) socket.set_option(Tcp::no_delay(true), ignored);
    auto session = std::make_shared<Session>(&hub_, Stream(std::move(socket)), std::move(peer));
    asio::co_spawn(
        io_, [session]() -> Coroutine<> { co_await session->Run(); }, asio::detached);
  }

  void Drain() {
    for (Listening& listening : listening_) {
      ErrorCode ignored;
      listening.acceptor.close(ignored);
    }
    hub_.service().Drain();
    hub_.Drain();
    drained_by_ = std::chrono::steady_clock::now() + Ms(hub_.config().drain_ms());
  }

  // Until the last connection has ended after Drain.
  Coroutine<> Tick() {
    bool cancelled = false;
    while (!hub_.draining() || hub_.open() > 0) {
      co_await Pause(Ms(hub_.draining() ? 5 : 100));
      hub_.service().Tick();
      const auto now = std::chrono::steady_clock::now();
      if (!hub_.draining() || now < drained_by_) continue;
      if (!std::exchange(cancelled, true)) hub_.service().CancelAll();
      if (now > drained_by_ + Ms(hub_.config().write_time_ms()))
        break;  // Whoever does not take his answer by now.
    }
    io_.stop();
  }

  Coroutine<> Pause(std::chrono::milliseconds time) {
    asio::steady_timer timer(io_, time);
    co_await timer.async_wait(kValues);
  }

  asio::io_context io_{1};
  Hub hub_;
  std::list<Listening> listening_;
  std::chrono::steady_clock::time_point drained_by_ = {};
};

absl::StatusOr<std::unique_ptr<Server>> Server::Open(serve::Service* service,
                                                     const std::vector<Place>& places) {
  auto impl = std::make_unique<Impl>(service);
  for (const Place& place : places) JAIL_RETURN_IF_ERROR(impl->Listen(place));
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;
std::vector<std::string> Server::Listening() const { return impl_->Names(); }
void Server::Serve(int stop_fd) { impl_->Serve(stop_fd); }

}  // namespace jail::http
