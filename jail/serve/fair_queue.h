// Who runs next. Pure: no threads, no clock; Workers drives it.
//
// Tenants take turns by weight: whoever asked for little is not behind whoever asked for much. Within a
// tenant higher priority goes first, then who came first. What a tenant may have at most never depends on
// what others do.
#ifndef JAIL_SERVE_FAIR_QUEUE_H_
#define JAIL_SERVE_FAIR_QUEUE_H_

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace jail::serve {

// Of one tenant.
struct Share {
  int runs = 1;  // At a time.
  int waiting = 1;
  double weight = 1;
};

enum class Urgency { kHigh, kNormal, kLow };

class FairQueue {
 public:
  struct Entry {
    uint64_t id;
    absl::Time since;
  };
  struct Next {
    uint64_t id;
    std::string tenant;
    absl::Duration waited;
  };

  explicit FairQueue(int most_waiting) : most_waiting_(most_waiting) {}

  // All of these or none. ResourceExhaustedError: there is no room for them, the tenant's own or everybody's.
  absl::Status Push(const std::vector<uint64_t>& ids, const std::string& tenant, const Share& share,
                    Urgency urgency, absl::Time now);
  // It runs from now on, until Done. Nothing: nobody waits who may run.
  std::optional<Next> Pop(absl::Time now);
  void Done(const std::string& tenant);
  // False: it does not wait.
  bool Remove(uint64_t id);
  // Takes out what has waited since before that.
  std::vector<uint64_t> TakeOlder(absl::Time than);
  std::vector<uint64_t> TakeAll() { return TakeOlder(absl::InfiniteFuture()); }

  int waiting() const { return waiting_; }
  int running() const { return running_; }

 private:
  static constexpr int kUrgencies = 3;
  struct Tenant {
    Share share;
    std::array<std::deque<Entry>, kUrgencies> lanes;
    int running = 0, waiting = 0;
    double served = 0;  // By weight; whoever has least is next.
  };
  using Tenants = std::map<std::string, Tenant>;

  void ForgetIfIdle(Tenants::iterator tenant);

  const int most_waiting_;
  Tenants tenants_;  // Those that have something waiting or running.
  int waiting_ = 0, running_ = 0;
  double clock_ = 0;  // Of the last that was served: who comes back from idleness begins here.
};

}  // namespace jail::serve

#endif  // JAIL_SERVE_FAIR_QUEUE_H_
