// Starts jail-launch with exactly the descriptors of plan/layout.h and nothing else of ours.
// Works whatever the caller's process looks like: several threads, descriptors 0 to 2 closed,
// signals blocked or ignored, SIGCHLD ignored. Nothing of the caller's is changed.
#ifndef JAIL_WATCH_START_H_
#define JAIL_WATCH_START_H_

#include <string>
#include <utility>
#include <vector>

#include "jail/base/fd.h"
#include "jail/base/helper.h"
#include "jail/plan/raw_report.h"
#include "jail/watch/fault.h"

namespace jail::watch {

struct StartRequest {
  std::string launcher_path;  // Absolute.
  int plan_fd = -1;           // The sealed plan.
  int channels = 0;           // To make, from kFirstChannelFd on; at most kMaxChannels.
  bool zygote = false;        // A HelperServer may have it born of one.
};

Fault Start(const StartRequest& request, Helper* helper);

// A helper that lives on (jail/helper/serve.h): what it starts costs less, and may be born of a zygote. For
// one thread at a time.
class HelperServer {
 public:
  HelperServer() = default;
  HelperServer(const HelperServer&) = delete;
  HelperServer& operator=(const HelperServer&) = delete;
  // Waits until the last of its helpers has gone.
  ~HelperServer();

  Fault Open(const std::string& launcher_path);
  // Not to be waited for: it goes when it can.
  void Abandon() { pidfd_.Reset(); }
  // False: it was never opened, or is gone. What it has started lives on all the same, or ends by itself.
  bool valid() const { return control_.valid(); }
  // A helper of which it is the parent, and that has its end waited for by nobody but us: there is no status.
  Fault Start(const StartRequest& request, Helper* helper);

 private:
  int Ask(uint8_t byte, int* fds, int count, Helper* helper);

  Fd control_;
  Fd pidfd_;
};

// How a helper ended. `known` is false when somebody else reaped it: the caller ignores SIGCHLD, or
// waits for any child in another thread. Then only the report tells.
struct HelperEnd {
  bool known = false;
  bool signaled = false;
  int code = 0;  // Exit status, or the signal.
};

// Waits for it.
HelperEnd Reap(int pidfd);

// A helper that is still to be reaped: at the latest when this goes.
class UnreapedHelper {
 public:
  UnreapedHelper() = default;
  explicit UnreapedHelper(Fd pidfd) : pidfd_(std::move(pidfd)) {}
  UnreapedHelper(UnreapedHelper&&) = default;
  UnreapedHelper& operator=(UnreapedHelper&& other) noexcept {
    std::swap(pidfd_, other.pidfd_);
    return *this;
  }
  ~UnreapedHelper() {
    if (pidfd_.valid()) Reap(pidfd_.get());
  }

  bool valid() const { return pidfd_.valid(); }
  HelperEnd Wait() { return Reap(std::exchange(pidfd_, Fd()).get()); }

 private:
  Fd pidfd_;
};

// Runs `jail-launch --sweep` to its end: kills and removes what helpers that died have left. *swept is
// what it says about that, as far as it got.
Fault Sweep(const std::string& launcher_path, plan::Swept* swept);

}  // namespace jail::watch

#endif  // JAIL_WATCH_START_H_
