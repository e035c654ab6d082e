#include "jail/serve/rate.h"

#include <algorithm>

namespace jail::serve {

absl::Duration RateLimiter::Take(const std::string& tenant, const Rate& rate, int count, absl::Time now) {
  const std::lock_guard lock(mutex_);
  if (count > rate.burst) return absl::InfiniteDuration();
  const double full = rate.burst;
  const auto [it, is_new] = buckets_.try_emplace(tenant, Bucket{full, now, now});
  Bucket& bucket = it->second;
  const double gained =
      absl::ToDoubleSeconds(std::max(now - bucket.at, absl::ZeroDuration())) * rate.per_second;
  bucket.tokens = std::min(full, bucket.tokens + gained);
  bucket.at = now;
  const double lacking = count - bucket.tokens;
  if (lacking > 0) return absl::Seconds(lacking / rate.per_second);
  bucket.tokens -= count;
  bucket.full_at = now + absl::Seconds((full - bucket.tokens) / rate.per_second);
  if (is_new && buckets_.size() >= look_again_at_) ForgetFull(now);
  return absl::ZeroDuration();
}

size_t RateLimiter::size() const {
  const std::lock_guard lock(mutex_);
  return buckets_.size();
}

// Seldom: when there are twice as many as were left the last time.
void RateLimiter::ForgetFull(absl::Time now) {
  for (auto it = buckets_.begin(); it != buckets_.end();) {
    it = it->second.full_at <= now ? buckets_.erase(it) : std::next(it);
  }
  look_again_at_ = std::max<size_t>(1024, 2 * buckets_.size());
}

}  // namespace jail::serve
