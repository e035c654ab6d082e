// Names that strangers chose, in protobuf strings: those must be valid UTF-8 or the record cannot be
// written.
#ifndef JAIL_BASE_UTF8_H_
#define JAIL_BASE_UTF8_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace jail {

// As protobuf has it: shortest forms only, no surrogates, nothing above U+10FFFF.
bool IsUtf8(absl::string_view text);

// The text itself when it is valid, otherwise with every byte that is not printable ASCII as \xNN.
std::string ToUtf8(absl::string_view text);

// The text with U+FFFD for every byte that belongs to no character; `replaced` says whether there was one.
std::string ReplaceInvalidUtf8(absl::string_view text, bool* replaced);

// Without the first bytes of a character at its end, or the last ones at its start: what a cut through
// the middle of one leaves. Other broken bytes stay.
absl::string_view WithoutCutAtEnd(absl::string_view text);
absl::string_view WithoutCutAtStart(absl::string_view text);

// The first `most` bytes of what a stranger wrote, as a text that any message can hold.
std::string HeadAsText(absl::string_view bytes, size_t most);

}  // namespace jail

#endif  // JAIL_BASE_UTF8_H_
