// What is said over a WebSocket, and what that starts. A protocol is a table of functions: our own and other
// services'.
#ifndef JAIL_SERVE_SOCKET_H_
#define JAIL_SERVE_SOCKET_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jail/serve/answers.h"
#include "jail/serve/exchange.h"
#include "jail/serve/http.h"
#include "jail/serve/service.h"
#include "jail/v1/result.pb.h"
#include "jail/v1/serve.pb.h"

namespace jail::serve {

// Why a socket is closed by us.
enum class SocketEnd {
  kAnswered,
  kError,      // Of the run or of a message.
  kTwice,      // Something is being run already.
  kSilent,     // It did not say in time what is to be run.
  kNotYet,     // It said something else first.
  kNotStdin,   // There is no other stream to write to.
  kBadSignal,  // No such signal, or none that can be sent.
};
struct Closing {
  unsigned short code;
  const char* reason = "";
  bool told = true;  // SocketProtocol::last comes before it.
};

// A message of the client's. Errors name the field.
struct Heard {
  absl::StatusOr<v1::ClientMessage> message;
  SocketEnd wrong = SocketEnd::kError;  // What an error closes the socket for.
};

struct SocketProtocol {
  // `first`: nothing has been asked for yet, and this must do it.
  Heard (*read)(const Service& service, absl::string_view text, bool first);
  // Before all else, once it is known that it will run. Empty: nothing is said.
  std::string (*began)(const Service& service, const v1::ClientMessage& first);
  // A piece of "stdout" or "stderr"; a line of "call", a host function's, as JSON; "stage" and "compile" or
  // "run" when that begins; "compiled" and nothing when the compiler was content. Empty: nothing is said.
  std::string (*piece)(absl::string_view stream, absl::string_view text);
  // What came of an execution. (Of a function run it is CallResponse.)
  Response (*answer)(const Service& service, const Exchange& exchange, const v1::ResultRecord& record,
                     const Extras& extras);
  // The answer, or an error: the last messages.
  std::vector<std::string> (*last)(const Response& response);
  Closing (*closing)(SocketEnd end);
  int64_t first_within_ms;  // 0: as long as a connection may be idle.
};
inline constexpr unsigned short kNormalClosure = 1000;
inline constexpr unsigned short kPolicyViolation = 1008;

extern const SocketProtocol kOurProtocol;

// What the first message asks for is queued, and Exchange::live is set; or the exchange is answered why not.
void StartLive(Service& service, const std::shared_ptr<Exchange>& exchange, const v1::ClientMessage& first);

// By its name: one of kSendableSignals, or SIGKILL, by which a run is cancelled.
absl::StatusOr<int> SignalNumber(absl::string_view name);

}  // namespace jail::serve

#endif  // JAIL_SERVE_SOCKET_H_
