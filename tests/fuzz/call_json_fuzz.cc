// Any bytes as JSON: refused, or written again compactly, and then the same however often it is read; strings
// come back as they were.
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "jail/base/utf8.h"
#include "jail/call/json.h"
#include "jail/call/source.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using jail::fuzz::Require;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto compact = jail::call::Compact(text);
  if (compact.ok()) {
    Require(jail::call::Compact(*compact).value() == *compact);
    Require(compact->find('\n') == std::string::npos);
    Require(jail::IsUtf8(*compact));
  }
  const auto members = jail::call::MembersOf(text);
  if (members.ok()) {
    for (const auto& [name, value] : *members) Require(jail::call::Find(*members, name) == &value);
  }
  std::string back;
  Require(jail::call::Unquote(jail::call::Quote(text), &back));
  if (jail::IsUtf8(text)) Require(back == text);
  static_cast<void>(jail::call::WithoutFences(text));
  return 0;
}
