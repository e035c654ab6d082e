// Names that strangers chose, in protobuf strings: those must be valid UTF-8 or the record cannot be
// written.
#ifndef JAIL_BASE_UTF8_H_
#define JAIL_BASE_UTF8_H_

#include <string>

#include "absl/strings/string_view.h"

namespace jail {

// As protobuf has it: shortest forms only, no surrogates, nothing above U+10FFFF.
bool IsUtf8(absl::string_view text);

// The text itself when it is valid, otherwise with every byte that is not printable ASCII as \xNN.
std::string ToUtf8(absl::string_view text);

}  // namespace jail

#endif  // JAIL_BASE_UTF8_H_
