// A request and an answer as the service sees them: no sockets, no library's types.
#ifndef JAIL_SERVE_HTTP_H_
#define JAIL_SERVE_HTTP_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace jail::serve {

using Headers = std::vector<std::pair<std::string, std::string>>;

// Who is at the other end of the connection.
struct Peer {
  std::string address = {};       // "192.0.2.7"; empty over a unix socket.
  bool here = false;              // An address of this machine's loopback.
  std::optional<uid_t> uid = {};  // Over a unix socket, as the kernel says.
};

// All of a request but its body.
struct Head {
  std::string method = {};
  std::string target = {};  // "/api/languages?details=1", as it came.
  Headers headers = {};     // Names as they came; a name may come more than once.
  Peer peer = {};

  absl::string_view path() const { return absl::string_view(target).substr(0, target.find('?')); }
  // "details=1&x=%20" as it came; empty when there is none.
  absl::string_view query() const {
    const size_t mark = target.find('?');
    return mark == std::string::npos ? absl::string_view() : absl::string_view(target).substr(mark + 1);
  }
  // The first of that name, whatever its case; null: there is none.
  const std::string* Find(absl::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (absl::EqualsIgnoreCase(key, name)) return &value;
    }
    return nullptr;
  }
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  Headers headers = {};  // Beside Content-Type, Content-Length and what every answer has.
};

}  // namespace jail::serve

#endif  // JAIL_SERVE_HTTP_H_
