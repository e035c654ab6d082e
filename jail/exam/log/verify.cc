#include "jail/exam/log/verify.h"

#include <algorithm>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "jail/base/text.h"
#include "jail/exam/log/event_json.h"
#include "jail/exam/log/log_format.h"
#include "jail/exam/log/verify_chain.h"
#include "jail/exam/log/verify_order.h"
#include "jail/exam/log/verify_result.h"

namespace jail::exam {
namespace {

// Beyond that it counts nothing that a log has room for, and near the end of its type it cannot be counted
// with.
constexpr int64_t kMostSequence = int64_t{1} << 40;

// The log taken apart. Views of its text.
struct Parts {
  std::vector<LogEntry> entries;
  std::optional<SealParts> seal;
  int64_t seal_line = 0;  // 0: there is none.
  int64_t lines = 0;
};

class Verifier {
 public:
  Verifier(const PublicKey* key, const v1::ExamResult* result) : key_(key), content_(&said_) {
    if (result != nullptr) result_.emplace(*result, &said_);
  }

  Report Run(absl::string_view log) {
    TakeApart(log);
    ChainCheck chain(parts_.entries, parts_.seal ? &*parts_.seal : nullptr, &findings_);
    const bool holds = chain.Run();
    CheckSeal(chain.head(), holds);
    if (parts_.seal) content_.Finish();
    if (result_) result_->Finish(chain.head());
    if (holds) findings_.Append(said_);
    return MakeReport();
  }

 private:
  void TakeApart(absl::string_view log);
  void TakeLine(absl::string_view line);
  void TakeEntry(absl::string_view line);
  void CheckSeal(absl::string_view head, bool chain_holds);
  void CheckSignature(absl::string_view head);
  void CheckCount();
  Report MakeReport();

  const PublicKey* key_;
  Parts parts_;
  Findings findings_;  // Of lines, chain and seal.
  Findings said_;      // Of what the entries say; worth something while the chain holds.
  OrderCheck content_;
  std::optional<ResultCheck> result_;
  Report report_;
};

void Verifier::TakeApart(absl::string_view log) {
  while (!log.empty()) {
    const size_t end = log.find('\n');
    ++parts_.lines;
    if (end == absl::string_view::npos)
      findings_.Add(parts_.lines, -1, "the last line is cut: it has no newline");
    TakeLine(log.substr(0, end));
    log.remove_prefix(end == absl::string_view::npos ? log.size() : end + 1);
  }
  if (parts_.lines == 0) findings_.Add(1, -1, "the log is empty");
}

void Verifier::TakeLine(absl::string_view line) {
  if (parts_.lines == 1) {
    if (line == kLogFormat) return;
    findings_.Add(
        1, -1, absl::StrCat("the first line is not \"", kLogFormat, "\": this is no log, or it was changed"));
    if (!ParseEntryLine(line).has_value()) return;  // Otherwise it is the first line that is gone.
  }
  if (parts_.seal_line > 0) {
    findings_.Add(parts_.lines, -1,
                  absl::StrCat("the line stands after the seal, which is on line ", parts_.seal_line));
  } else if (IsSealLine(line)) {
    parts_.seal_line = parts_.lines;
    parts_.seal = ParseSealLine(line);
  } else {
    TakeEntry(line);
  }
}

void Verifier::TakeEntry(absl::string_view line) {
  LogEntry& entry = parts_.entries.emplace_back();
  entry.line = parts_.lines;
  const std::optional<EntryParts> parts = ParseEntryLine(line);
  if (!parts.has_value()) return;
  entry.hash = parts->hash;
  entry.json = parts->json;
  const absl::StatusOr<v1::ExamEvent> event = ParseEvent(parts->json);
  if (!event.ok()) {
    said_.Add(entry.line, -1, absl::StrCat("the event cannot be read: ", Quoted(event.status().message())));
    return;
  }
  if (event->sequence() < kMostSequence) entry.sequence = event->sequence();
  content_.Feed(entry.line, *event);
  if (result_) result_->Feed(entry.line, *event);
}

void Verifier::CheckSeal(absl::string_view head, bool chain_holds) {
  const int64_t last = static_cast<int64_t>(parts_.entries.size()) - 1;
  if (parts_.seal_line == 0)
    return findings_.Add(parts_.lines, last,
                         last < 0 ? "the log has no end: it was cut after its first line"
                                  : absl::StrCat("the log has no end: it was cut after entry ", last));
  if (!parts_.seal)
    return findings_.Add(parts_.seal_line, -1,
                         "the seal cannot be read: seal, a count, and key and signature or \"unsigned\"");
  if (chain_holds) CheckCount();
  if (parts_.seal->is_signed) return CheckSignature(head);
  if (key_ != nullptr) findings_.Add(parts_.seal_line, -1, "the log is not signed, and a key was asked for");
}

void Verifier::CheckCount() {
  const auto entries = static_cast<int64_t>(parts_.entries.size());
  const int64_t sealed = parts_.seal->entries;
  if (sealed == entries) return;
  std::string message = absl::StrCat("the seal counts ", sealed, " entries, and there are ", entries);
  if (sealed == entries + 1) absl::StrAppend(&message, ": entry ", entries, " is missing");
  if (sealed > entries + 1)
    absl::StrAppend(&message, ": entries ", entries, " to ", sealed - 1, " are missing");
  if (sealed < entries) absl::StrAppend(&message, ": what comes after entry ", sealed - 1, " was added");
  findings_.Add(parts_.seal_line, std::min(sealed, entries), message);
}

void Verifier::CheckSignature(absl::string_view head) {
  const SealParts& seal = *parts_.seal;
  report_.key = seal.key.Hex();
  const bool good = seal.key.HasSigned(SealedMessage(seal.entries, head), seal.signature);
  report_.key_is_known = good && key_ != nullptr && *key_ == seal.key;
  if (key_ != nullptr && *key_ != seal.key)
    findings_.Add(parts_.seal_line, -1, absl::StrCat("the log is signed by another key, ", seal.key.Hex()));
  if (!good)
    findings_.Add(
        parts_.seal_line, -1,
        "the signature does not fit: the key's owner has not signed these entries, or the seal was changed");
}

Report Verifier::MakeReport() {
  report_.findings = findings_.list();
  report_.findings_left_out = findings_.left_out();
  report_.entries = static_cast<int64_t>(parts_.entries.size());
  report_.cases = content_.cases_done();
  std::stable_sort(report_.findings.begin(), report_.findings.end(),
                   [](const Finding& a, const Finding& b) { return a.line < b.line; });
  return std::move(report_);
}

}  // namespace

Report Verify(absl::string_view log, const PublicKey* key, const v1::ExamResult* result) {
  return Verifier(key, result).Run(log);
}

}  // namespace jail::exam
