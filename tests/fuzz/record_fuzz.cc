// Arbitrary bytes as a record to `jailrun explain`: whatever it says, nothing of it moves a terminal's cursor
// or becomes markup in a page.
#include <cstdint>
#include <string>

#include "absl/strings/match.h"
#include "tests/fuzz/require.h"
#include "tools/jailrun/html.h"
#include "tools/jailrun/record_text.h"
#include "tools/jailrun/render.h"
#include "tools/jailrun/timeline.h"

namespace {

using jail::fuzz::Require;

void RequireHarmless(const std::string& text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    Require((byte >= 0x20 && byte != 0x7f) || c == '\n');
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto record = jail::cli::ParseRecord(absl::string_view(reinterpret_cast<const char*>(data), size));
  if (!record.ok()) return 0;
  RequireHarmless(jail::cli::RenderRecord(*record));
  RequireHarmless(jail::cli::RenderTimeline(*record));
  const std::string page = jail::cli::RenderHtml(*record);
  RequireHarmless(page);
  Require(!absl::StrContains(page, "<script") && !absl::StrContains(page, "<img"));
  const auto json = jail::cli::ToJson(*record);
  if (json.ok()) Require(jail::cli::ParseRecord(*json).ok());
  return 0;
}
