#include "jail/serve/exchange.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "jail/serve/media.h"

namespace jail::serve {

bool Exchange::IsProtobuf() const { return MediaTypeOf(head) == kProtobuf; }

bool Exchange::Accepts(absl::string_view type) const {
  const std::string* accept = head.Find("Accept");
  if (accept == nullptr) return false;
  for (const absl::string_view range : absl::StrSplit(*accept, ',')) {
    const absl::string_view name = absl::StripAsciiWhitespace(range.substr(0, range.find(';')));
    if (absl::EqualsIgnoreCase(name, type)) return true;
  }
  return false;
}

}  // namespace jail::serve
