// What is kept of one output stream: all of it up to the limit; past that the first three quarters of
// the limit and the last bytes that fit in the fourth: what went wrong first is most often at the start,
// what ended the program at the end. Never more than the limit is held, and the part that goes live to
// the caller is a window on the same bytes, not a second copy. The checksum is of everything that came.
#ifndef JAIL_WATCH_CAPTURE_H_
#define JAIL_WATCH_CAPTURE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "jail/base/sha256.h"

namespace jail::watch {

struct Captured {
  std::string content;
  std::string tail;
  int64_t total_bytes = 0;
  bool truncated = false;
  std::string sha256 = {};  // Of the whole stream; empty when there never was one.
};

class Capture {
 public:
  // `live`: the first `limit_bytes` are also to be delivered, see below.
  Capture(int64_t limit_bytes, bool live);

  // How many bytes Add takes now. Zero only when a live reader is so far behind that going on would
  // overwrite what it is still to get.
  size_t Room() const;
  void Add(absl::string_view bytes);  // At most Room() of them.

  // Live delivery: the next bytes due, and how many of them went out.
  absl::string_view Undelivered() const;
  void Delivered(size_t bytes) { delivered_ += bytes; }
  void StopDelivery() { live_ = false; }

  int64_t total_bytes() const { return static_cast<int64_t>(total_); }
  bool passed_limit() const { return total_ > limit_; }

  // Once, at the end.
  Captured Finish();

 private:
  size_t limit_;
  size_t head_;  // Of a truncated stream: the first bytes, and then a ring of the last ones.
  size_t total_ = 0;
  size_t delivered_ = 0;
  bool live_;
  std::string kept_;
  Sha256 hash_;
};

}  // namespace jail::watch

#endif  // JAIL_WATCH_CAPTURE_H_
