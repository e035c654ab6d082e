// Threads that run what waits, in the queue's order. A run blocks its thread: there are as many as may run at
// a time.
#ifndef JAIL_SERVE_WORKERS_H_
#define JAIL_SERVE_WORKERS_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "jail/base/fd.h"
#include "jail/serve/fair_queue.h"

namespace jail::serve {

struct Turn {
  int cancel_fd;  // As in Io.
  absl::Duration waited;
};

// Exactly one of the two is called, once, on some thread, and not from within Submit.
struct Task {
  std::function<void(const Turn& turn)> run = nullptr;
  // Why it never ran: CancelledError, DeadlineExceededError (it waited too long), UnavailableError
  // (draining).
  std::function<void(const absl::Status& why)> drop = nullptr;
};

// Thread-safe.
class Workers {
 public:
  struct Load {
    int waiting, running;
  };

  Workers(int threads, int most_waiting, absl::Duration longest_wait);
  ~Workers();  // End.
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // All of them or none, in this order; what they are called by in Cancel. ResourceExhaustedError: no room;
  // UnavailableError: no more is taken.
  absl::StatusOr<std::vector<uint64_t>> Submit(std::vector<Task> tasks, const std::string& tenant,
                                               const Share& share, Urgency urgency);
  // What waits is dropped; what runs has its cancel_fd readable. Nothing, when it is over.
  void Cancel(uint64_t id);
  // Drops what has waited too long. To be called now and then.
  void Expire();
  // Takes nothing more; what waits and runs goes on.
  void Drain();
  // The same, and all there is is cancelled.
  void CancelAll();
  // CancelAll, and waits for the end of it: no task calls anybody any more. By one thread.
  void End();

  Load load() const;

 private:
  struct Kept {
    Task task;
    Fd cancel;
  };

  void Work();
  // Under the lock: they are no longer ours.
  std::vector<Task> Take(const std::vector<uint64_t>& ids);

  const absl::Duration longest_wait_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  FairQueue queue_;
  std::map<uint64_t, Kept> tasks_;  // Waiting or running.
  uint64_t last_id_ = 0;
  bool draining_ = false, stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace jail::serve

#endif  // JAIL_SERVE_WORKERS_H_
