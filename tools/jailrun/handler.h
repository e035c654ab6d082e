// The process that answers host functions (--host-command): the caller's own, outside of any jail.
#ifndef TOOLS_JAILRUN_HANDLER_H_
#define TOOLS_JAILRUN_HANDLER_H_

#include <string>

#include "absl/status/statusor.h"
#include "jail/base/fd.h"

namespace jail::cli {

// `sh -c COMMAND`, its standard input and output joined with socket(). When this goes it has two seconds to
// see its end of file; then it is killed, and what it has started with it.
class Handler {
 public:
  static absl::StatusOr<Handler> Start(const std::string& command);
  Handler(Handler&&) = default;
  Handler& operator=(Handler&&) = delete;
  ~Handler();

  int socket() const { return socket_.get(); }

 private:
  Handler(Fd socket, Fd pidfd, int pid) : socket_(std::move(socket)), pidfd_(std::move(pidfd)), pid_(pid) {}
  Fd socket_, pidfd_;
  int pid_;
};

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_HANDLER_H_
