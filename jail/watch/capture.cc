#include "jail/watch/capture.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace jail::watch {

// Of a truncated stream: one byte in four is of its end.
constexpr size_t kTailShare = 4;

Capture::Capture(int64_t limit_bytes, bool live)
    : limit_(static_cast<size_t>(std::max<int64_t>(limit_bytes, 0))),
      head_(limit_ - limit_ / kTailShare),
      live_(live) {}

size_t Capture::Room() const {
  if (total_ < limit_) return live_ ? limit_ - total_ : std::numeric_limits<size_t>::max();
  return Undelivered().empty() ? std::numeric_limits<size_t>::max() : 0;
}

void Capture::Add(absl::string_view bytes) {
  hash_.Update(bytes);
  const size_t within = std::min(bytes.size(), limit_ - std::min(limit_, total_));
  kept_.append(bytes.data(), within);
  total_ += within;
  bytes.remove_prefix(within);

  const size_t ring = limit_ - head_;
  const size_t lost = bytes.size() - std::min(bytes.size(), ring);  // Overwritten before anyone looks.
  total_ += lost;
  bytes.remove_prefix(lost);
  while (!bytes.empty()) {
    const size_t at = (total_ - head_) % ring;
    const size_t part = std::min(bytes.size(), ring - at);
    kept_.replace(head_ + at, part, bytes.data(), part);
    total_ += part;
    bytes.remove_prefix(part);
  }
}

absl::string_view Capture::Undelivered() const {
  if (!live_) return {};
  return absl::string_view(kept_).substr(delivered_, std::min(total_, limit_) - delivered_);
}

Captured Capture::Finish() {
  Captured captured;
  captured.total_bytes = static_cast<int64_t>(total_);
  captured.truncated = passed_limit();
  captured.sha256 = hash_.Finish();
  const size_t ring = limit_ - head_;
  if (captured.truncated && ring > 0) {
    const auto oldest = static_cast<std::ptrdiff_t>(head_ + (total_ - head_) % ring);
    std::rotate(kept_.begin() + static_cast<std::ptrdiff_t>(head_), kept_.begin() + oldest, kept_.end());
    captured.tail = kept_.substr(head_);
    kept_.resize(head_);
  }
  captured.content = std::move(kept_);
  return captured;
}

}  // namespace jail::watch
