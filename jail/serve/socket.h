// What is said over a WebSocket, and what that starts. A protocol is a table of functions: our own and other
// services'.
#ifndef JAIL_SERVE_SOCKET_H_
#define JAIL_SERVE_SOCKET_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jail/serve/exchange.h"
#include "jail/serve/http.h"
#include "jail/serve/service.h"
#include "jail/v1/serve.pb.h"

namespace jail::serve {

struct SocketProtocol {
  // A text message of the client's; errors name the field.
  absl::StatusOr<v1::ClientMessage> (*read)(const Service& service, absl::string_view text);
  // Before all else, once it is known that it will run. Empty: nothing is said.
  std::string (*began)(const Service& service, const v1::ClientMessage& first);
  // A piece of "stdout" or "stderr", or a line of "call": a host function's, as JSON.
  std::string (*piece)(absl::string_view stream, absl::string_view text);
  // The answer, or an error: the last messages.
  std::vector<std::string> (*last)(const Response& response);
  unsigned short close_code;  // After an answer; after an error it is kPolicyViolation.
};
inline constexpr unsigned short kNormalClosure = 1000;
inline constexpr unsigned short kPolicyViolation = 1008;

extern const SocketProtocol kOurProtocol;

// What the first message asks for is queued, and Exchange::live is set; or the exchange is answered why not.
void StartLive(Service& service, const std::shared_ptr<Exchange>& exchange, const v1::ClientMessage& first);

// Of a later message: OK when it is "SIGKILL", the only signal that there is.
absl::Status CheckSignal(absl::string_view name);

}  // namespace jail::serve

#endif  // JAIL_SERVE_SOCKET_H_
