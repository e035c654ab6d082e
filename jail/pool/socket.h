// A pool for other processes of the same user: who asks over a Unix socket gets a parked jail's descriptors,
// and from then on it is his as if he had started it. The pool keeps none of them, and is not asked again.
#ifndef JAIL_POOL_SOCKET_H_
#define JAIL_POOL_SOCKET_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "jail/jail.h"
#include "jail/pool/pool.h"

namespace jail::pool {

// Serves until `cancel_fd` is readable; removes the socket then. Only processes with our own effective uid
// are answered. InvalidArgumentError: the path is too long; AlreadyExistsError: somebody serves there, or it
// is something else than a socket.
absl::Status Serve(Pool& pool, const std::string& path, int cancel_fd);

// The other side of it. Without a pool to be reached nothing is parked, and every run builds its own jail.
class Client : public Parking {
 public:
  explicit Client(std::string path) : path_(std::move(path)) {}

  std::optional<Helper> Take(const Shape& shape) override;
  // An error: nobody serves there, or somebody else than our user.
  absl::StatusOr<Stats> stats() const;

 private:
  const std::string path_;
};

}  // namespace jail::pool

#endif  // JAIL_POOL_SOCKET_H_
