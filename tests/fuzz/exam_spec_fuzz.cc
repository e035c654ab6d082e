// Any bytes as an exam's spec: refused with words that can be shown, or read; and what was read, written as a
// binary spec, is read as the same.
#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "jail/exam/spec_json.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using jail::fuzz::Require;
  const auto spec = jail::exam::ParseSpec(absl::string_view(reinterpret_cast<const char*>(data), size));
  if (!spec.ok()) {
    Require(!spec.status().message().empty());
    for (const char c : spec.status().message()) Require(c >= 0x20 && c < 0x7f);
    return 0;
  }
  const std::string bytes = spec->SerializeAsString();
  // An exam_id that begins with a brace, as no valid one does, makes a binary spec look like JSON.
  if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(bytes), "{")) return 0;
  const auto again = jail::exam::ParseSpec(bytes);
  Require(again.ok() && again->SerializeAsString() == bytes);
  return 0;
}
