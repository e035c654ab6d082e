// Any bytes as a log, and each of its lines as an event: nothing is harmed, an event that is read is written
// again as it was, and no log but the one that a key has signed passes for signed by it.
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "jail/exam/log/event_json.h"
#include "jail/exam/log/key.h"
#include "jail/exam/log/log_format.h"
#include "jail/exam/log/verify.h"
#include "jail/v1/exam.pb.h"
#include "tests/fuzz/require.h"

namespace {

using jail::exam::SecretKey;
using jail::fuzz::Require;

// From RFC 8032, 7.1: no secret.
constexpr absl::string_view kKey =
    "jailrun exam key 1 secret 9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

// The exam of one case, which was skipped; it is the seed "signed", too.
constexpr absl::string_view kEvents[] = {
    R"({"kind":"exam_started","sequence":0,"at_us":0,"time":"2026-01-02T03:04:05.678Z","version":"1","cases":1,"sha256":""})",
    R"({"kind":"case_skipped","sequence":1,"at_us":5,"time":"2026-01-02T03:04:05.678Z","case_id":"1"})",
    R"({"kind":"exam_ended","sequence":2,"at_us":9,"time":"2026-01-02T03:04:05.678Z","passed":false,"passed_cases":0})",
};

std::string SignedLog(const SecretKey& key) {
  std::string log(jail::exam::kLogFormat), hash = jail::exam::FirstHash();
  for (const absl::string_view event : kEvents) {
    hash = jail::exam::NextHash(hash, event);
    log += "\n" + jail::exam::EntryLine(hash, event);
  }
  return log + "\n" + jail::exam::SealLine(std::size(kEvents), hash, &key) + "\n";
}

void RequireExactEvents(absl::string_view text) {
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const size_t at = line.find('{');
    if (at == absl::string_view::npos) continue;
    const auto event = jail::exam::ParseEvent(line.substr(at));
    if (event.ok()) Require(jail::exam::EventJson(*event, /*with_content=*/false) == line.substr(at));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const SecretKey key = SecretKey::Parse(kKey).value();
  static const jail::exam::PublicKey public_key = key.Public();
  static const std::string good = SignedLog(key);
  const absl::string_view text(reinterpret_cast<const char*>(data), size);

  RequireExactEvents(text);
  Require(jail::exam::Verify(good, &public_key, nullptr).ok());
  Require(jail::exam::Verify(text, &public_key, nullptr).ok() == (text == good));
  const jail::v1::ExamResult result;
  const jail::exam::Report report = jail::exam::Verify(text, nullptr, &result);
  Require(!report.ok() && report.findings.size() <= jail::exam::Findings::kMostFindings);
  return 0;
}
