// The chain of a log's hashes, and what has been done to it: a hash covers the one before it, so that a line
// which was moved is told from one which was changed by looking where its hash does fit.
#ifndef JAIL_EXAM_LOG_VERIFY_CHAIN_H_
#define JAIL_EXAM_LOG_VERIFY_CHAIN_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "jail/exam/log/finding.h"
#include "jail/exam/log/log_format.h"

namespace jail::exam {

// A line between the first and the seal. Views of the log's text.
struct LogEntry {
  int64_t line = 0;
  absl::string_view hash;  // 64 digits; empty: the line is no entry.
  absl::string_view json;
  int64_t sequence = -1;  // What it says; -1: it cannot be read.
};

class ChainCheck {
 public:
  // `seal`: null when there is none that can be read. All of them outlive this.
  ChainCheck(const std::vector<LogEntry>& entries, const SealParts* seal, Findings* findings);

  // True: each entry follows the one before it. Otherwise there is a finding at least.
  bool Run();

  // The hash of the entry with the highest number, 32 bytes.
  const std::string& head() const { return highest_hash_; }

 private:
  bool Follows(absl::string_view previous, const LogEntry& entry) const;
  bool NextFollows(absl::string_view previous, size_t index) const;
  std::optional<size_t> FindBefore(const LogEntry& entry) const;
  int64_t Expected() const { return last_ + 1 + unreadable_; }
  void Advance(int64_t sequence, std::string hash);

  // Why entry `index` does not follow. Each says whether it knows; the first that does has the word.
  void Explain(size_t index);
  bool IsHashChanged(size_t index);
  bool IsRepeated(size_t index);
  bool IsAfterUnreadable(size_t index);
  bool IsMoved(size_t index);
  bool IsAdded(size_t index);
  bool IsAfterMissing(size_t index);
  bool IsChanged(size_t index);

  const std::vector<LogEntry>& entries_;
  const SealParts* seal_;
  Findings* findings_;
  std::vector<size_t> by_sequence_;  // Indices of entries; made when something is wrong.

  std::string last_hash_;  // Of the last entry that has been placed.
  int64_t last_ = -1;      // Its sequence.
  std::string highest_hash_;
  int64_t highest_ = -1;    // Of all of them so far.
  int64_t unreadable_ = 0;  // Lines since.
};

}  // namespace jail::exam

#endif  // JAIL_EXAM_LOG_VERIFY_CHAIN_H_
