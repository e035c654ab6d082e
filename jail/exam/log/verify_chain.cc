#include "jail/exam/log/verify_chain.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace jail::exam {
namespace {

std::string HashOf(const LogEntry& entry) { return absl::HexStringToBytes(entry.hash); }

std::string After(int64_t sequence) {
  return sequence < 0 ? "the first line" : absl::StrCat("entry ", sequence);
}

std::string MissingText(int64_t first, int64_t last, int64_t before) {
  const std::string follows =
      before < 0 ? absl::StrCat(last + 1, " is the first") : absl::StrCat(last + 1, " follows ", before);
  if (first == last) return absl::StrCat("entry ", first, " is missing: ", follows);
  return absl::StrCat("entries ", first, " to ", last, " are missing: ", follows);
}

}  // namespace

ChainCheck::ChainCheck(const std::vector<LogEntry>& entries, const SealParts* seal, Findings* findings)
    : entries_(entries),
      seal_(seal),
      findings_(findings),
      last_hash_(FirstHash()),
      highest_hash_(last_hash_) {}

bool ChainCheck::Run() {
  int64_t broken_line = 0;
  for (size_t i = 0; i < entries_.size(); ++i) {
    const LogEntry& entry = entries_[i];
    if (Follows(last_hash_, entry)) {
      Advance(Expected(), HashOf(entry));
      continue;
    }
    broken_line = entry.line;
    Explain(i);
  }
  // What explains nothing must not pass for good.
  if (broken_line > 0 && findings_->empty())
    findings_->Add(broken_line, -1, "the chain of hashes is broken here");
  return broken_line == 0;
}

bool ChainCheck::Follows(absl::string_view previous, const LogEntry& entry) const {
  return !entry.hash.empty() && NextHash(previous, entry.json) == HashOf(entry);
}

// What stands behind entry `index`, the next one or the seal, follows `previous`.
bool ChainCheck::NextFollows(absl::string_view previous, size_t index) const {
  if (index + 1 < entries_.size()) return Follows(previous, entries_[index + 1]);
  if (seal_ == nullptr || !seal_->is_signed) return false;
  return seal_->key.HasSigned(SealedMessage(seal_->entries, previous), seal_->signature);
}

void ChainCheck::Advance(int64_t sequence, std::string hash) {
  last_ = sequence;
  last_hash_ = std::move(hash);
  if (sequence > highest_) {
    highest_ = sequence;
    highest_hash_ = last_hash_;
  }
  unreadable_ = 0;
}

// The first entry with the number before this one's.
std::optional<size_t> ChainCheck::FindBefore(const LogEntry& entry) const {
  const auto less = [this](size_t index, int64_t sequence) { return entries_[index].sequence < sequence; };
  const auto found = std::lower_bound(by_sequence_.begin(), by_sequence_.end(), entry.sequence - 1, less);
  if (found == by_sequence_.end() || entries_[*found].sequence != entry.sequence - 1) return std::nullopt;
  return *found;
}

void ChainCheck::Explain(size_t index) {
  if (by_sequence_.empty()) {
    by_sequence_.resize(entries_.size());
    std::iota(by_sequence_.begin(), by_sequence_.end(), size_t{0});
    std::stable_sort(by_sequence_.begin(), by_sequence_.end(),
                     [this](size_t a, size_t b) { return entries_[a].sequence < entries_[b].sequence; });
  }
  if (entries_[index].hash.empty()) {
    findings_->Add(entries_[index].line, Expected(), "the line is no entry: a hash, a blank and an event");
    ++unreadable_;
    return;
  }
  static_cast<void>(IsHashChanged(index) || IsRepeated(index) || IsAfterUnreadable(index) || IsMoved(index) ||
                    IsAdded(index) || IsAfterMissing(index) || IsChanged(index));
}

// What stands behind it fits the hash that belongs here.
bool ChainCheck::IsHashChanged(size_t index) {
  const LogEntry& entry = entries_[index];
  const std::string right = NextHash(last_hash_, entry.json);
  if (!NextFollows(right, index)) return false;
  const int64_t sequence = Expected();
  findings_->Add(entry.line, sequence, absl::StrCat("the hash of entry ", sequence, " was changed"));
  Advance(sequence, right);
  return true;
}

bool ChainCheck::IsRepeated(size_t index) {
  LogEntry next = entries_[index];
  ++next.sequence;
  const std::optional<size_t> first = FindBefore(next);
  if (!first.has_value() || *first >= index) return false;
  const LogEntry &earlier = entries_[*first], &entry = entries_[index];
  if (std::tie(earlier.hash, earlier.json) != std::tie(entry.hash, entry.json)) return false;
  findings_->Add(entry.line, entry.sequence,
                 absl::StrCat("entry ", entry.sequence, " stands here again: it is on line ", earlier.line));
  return true;
}

// Its line is where it should be; that before it has been named.
bool ChainCheck::IsAfterUnreadable(size_t index) {
  const LogEntry& entry = entries_[index];
  if (unreadable_ == 0 || entry.sequence != Expected()) return false;
  Advance(entry.sequence, HashOf(entry));
  return true;
}

// It fits the entry that has the number before its own, which stands elsewhere.
bool ChainCheck::IsMoved(size_t index) {
  const LogEntry& entry = entries_[index];
  const std::optional<size_t> before = FindBefore(entry);
  if (entry.sequence < 0 || (entry.sequence > 0 && !before.has_value())) return false;
  const std::string previous = entry.sequence == 0 ? FirstHash() : HashOf(entries_[*before]);
  if (!Follows(previous, entry)) return false;
  const size_t successor = entry.sequence == 0 ? 0 : *before + 1;
  if (successor < index && Follows(previous, entries_[successor])) {
    findings_->Add(entries_[successor].line, entry.sequence - 1,
                   absl::StrCat(index - successor == 1 ? "a line was" : "lines were", " added after ",
                                After(entry.sequence - 1)));
  } else if (entry.sequence <
             highest_) {  // Of those that changed places, it is the later ones that are named.
    findings_->Add(entry.line, entry.sequence,
                   absl::StrCat("entry ", entry.sequence, " stands after ", last_));
  }
  Advance(entry.sequence, HashOf(entry));
  return true;
}

bool ChainCheck::IsAdded(size_t index) {
  const LogEntry& entry = entries_[index];
  const bool last_one_too_many = index + 1 == entries_.size() && seal_ != nullptr && unreadable_ == 0 &&
                                 seal_->entries == Expected() && entry.sequence != Expected() - 1;
  if (!NextFollows(last_hash_, index) && !last_one_too_many) return false;
  findings_->Add(entry.line, last_, absl::StrCat("a line was added after ", After(last_)));
  return true;
}

// The number is too high, and what comes behind it goes on from there.
bool ChainCheck::IsAfterMissing(size_t index) {
  const LogEntry& entry = entries_[index];
  const int64_t expected = Expected();
  if (entry.sequence <= expected) return false;
  const int64_t next = index + 1 < entries_.size() ? entries_[index + 1].sequence : -1;
  if (next >= 0 && next != entry.sequence + 1) return false;
  findings_->Add(entry.line, expected, MissingText(expected, entry.sequence - 1, last_));
  Advance(entry.sequence, HashOf(entry));
  return true;
}

bool ChainCheck::IsChanged(size_t index) {
  const LogEntry& entry = entries_[index];
  const int64_t sequence = Expected();
  findings_->Add(entry.line, sequence,
                 absl::StrCat("entry ", sequence, " was changed: its hash fits neither it nor its place"));
  Advance(sequence, HashOf(entry));
  return true;
}

}  // namespace jail::exam
