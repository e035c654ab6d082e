// How often each tenant may ask: a bucket of tokens each, filled at its rate.
#ifndef JAIL_SERVE_RATE_H_
#define JAIL_SERVE_RATE_H_

#include <cstddef>
#include <map>
#include <mutex>
#include <string>

#include "absl/time/time.h"

namespace jail::serve {

struct Rate {
  double per_second;  // Above zero.
  int burst;          // At least 1: what a full bucket has.
};

// Thread-safe.
class RateLimiter {
 public:
  // Takes that many, or none. Zero: taken; otherwise how long until there will be as many. More than a bucket
  // holds are never there.
  absl::Duration Take(const std::string& tenant, const Rate& rate, int count, absl::Time now);

  size_t size() const;

 private:
  struct Bucket {
    double tokens;
    absl::Time at;
    absl::Time full_at;  // From then on it says no more than one that is not here.
  };
  void ForgetFull(absl::Time now);

  mutable std::mutex mutex_;
  std::map<std::string, Bucket> buckets_;
  size_t look_again_at_ = 1024;
};

}  // namespace jail::serve

#endif  // JAIL_SERVE_RATE_H_
