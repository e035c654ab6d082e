// What can be asked of the service: one row for each method and path. To add a route: a row in routes.cc and
// its handler.
#ifndef JAIL_SERVE_ROUTES_H_
#define JAIL_SERVE_ROUTES_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "jail/serve/exchange.h"
#include "jail/v1/serve.pb.h"

namespace jail::serve {

class Service;
struct SocketProtocol;

enum class Body {
  kNone,  // None is read.
  kJson,
  kJsonOrProtobuf,
};

struct Route {
  absl::string_view method, path;
  v1::Scope scope = v1::SCOPE_UNSPECIFIED;  // What the caller must have; unspecified: not even a name.
  Body body = Body::kNone;
  bool runs = false;  // Counts against the tenant's rate; refused while draining.
  void (*handle)(Service& service, const std::shared_ptr<Exchange>& exchange) = nullptr;
  v1::Dialect dialect = v1::DIALECT_UNSPECIFIED;  // There only if the configuration has it.
  // Not null: it becomes a WebSocket, and nothing is handled.
  const SocketProtocol* socket = nullptr;
};

struct Found {
  const Route* route = nullptr;
  std::string allowed = {};  // "GET, POST": the path is known, if this is not empty.
};
// HEAD is found as GET.
Found FindRoute(const v1::ServeConfig& config, absl::string_view method, absl::string_view path);

}  // namespace jail::serve

#endif  // JAIL_SERVE_ROUTES_H_
