// What goes over the channel: a length (four bytes, the highest first) and as many bytes of JSON. What comes
// from the jail was written by a stranger: each frame is bounded before it is kept and checked as a whole
// before it means anything. tests/fuzz/call_frames_fuzz.cc is for this file.
#ifndef JAIL_CALL_FRAME_H_
#define JAIL_CALL_FRAME_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace jail::call {

std::string Frame(absl::string_view json);

// Cuts a stream into frames.
class FrameReader {
 public:
  explicit FrameReader(size_t max_bytes) : max_bytes_(max_bytes) {}

  void Feed(absl::string_view bytes) { buffer_.append(bytes.data(), bytes.size()); }
  // Nothing: more bytes are needed. InvalidArgumentError: the length says more than max_bytes, or nothing.
  absl::StatusOr<std::optional<std::string>> Next();
  // Bytes of a frame that has not ended.
  size_t pending() const { return buffer_.size() - at_; }

 private:
  size_t max_bytes_;
  std::string buffer_;
  size_t at_ = 0;
};

// What a program says.
struct Message {
  enum class Kind { kReady, kLog, kCall, kDebug, kResult, kError, kEnd };
  Kind kind = Kind::kLog;
  std::string level, text;        // kLog
  int64_t id = 0;                 // kCall
  std::string name;               // kCall; kError: the error's
  std::string json;               // kCall: the arguments, an array; kResult: the value. Compact.
  std::string error_kind, stack;  // kError, with `text` the message
  int32_t line = 0, column = 0;
  int64_t logs_dropped = 0;    // kResult, kError
  std::vector<int32_t> steps;  // kDebug; lines from 1
  int64_t steps_dropped = 0;   // kDebug
  std::string profile;         // kDebug: an object's JSON, or text; empty is none.
  std::string nonce;           // kEnd: as it was in the first frame
  int64_t frames = 0;          // kEnd: all that came before it
};

// InvalidArgumentError: no JSON object, a member missing, of another type or of no use.
absl::StatusOr<Message> ParseMessage(absl::string_view json);

}  // namespace jail::call

#endif  // JAIL_CALL_FRAME_H_
