// HTTP/1.1 over TCP and unix sockets for jail/serve. One thread reads and writes; runs have threads of their
// own.
#ifndef TOOLS_JAILD_HTTP_SERVER_H_
#define TOOLS_JAILD_HTTP_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jail/serve/service.h"

namespace jail::http {

// One place to listen: an address with a port, or a socket's path.
struct Place {
  std::string address;      // "127.0.0.1", "::1"; empty: `path` it is.
  unsigned short port = 0;  // 0: any that is free.
  std::string path;         // Removed at the end; one that nobody listens on is replaced.
  bool here() const;        // Nobody from elsewhere can reach it.
};
// "127.0.0.1:4000", "[::1]:4000", "unix:/run/jaild.sock", "4000" for 127.0.0.1:4000.
absl::StatusOr<Place> ParsePlace(absl::string_view text);

class Server {
 public:
  // Listens; `service` must outlive it.
  static absl::StatusOr<std::unique_ptr<Server>> Open(serve::Service* service,
                                                      const std::vector<Place>& places);
  ~Server();

  // "http://127.0.0.1:4000", "unix:/run/jaild.sock"
  std::vector<std::string> Listening() const;

  // Until `stop_fd` is readable. Then it takes no more connections, answers what is under way, cancels what
  // takes longer than the configuration's drain_ms, and returns when every answer is written.
  void Serve(int stop_fd);

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace jail::http

#endif  // TOOLS_JAILD_HTTP_SERVER_H_
