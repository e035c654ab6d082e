// Versions as package managers compare them.
#ifndef JAIL_SERVE_DIALECTS_VERSIONS_H_
#define JAIL_SERVE_DIALECTS_VERSIONS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace jail::serve {

// The first thing that looks like one, as three numbers: "3.11.2" of "Python 3.11.2", "1.19.0" of "go1.19".
// "0.0.0": none.
std::string VersionIn(absl::string_view text);

// "*", "3", "3.11", "3.x", "=3.11.2", "^3.1.0" (the same first number, and no older), "~3.11.0" (the same
// two), ">=3.9.0".
bool VersionFits(absl::string_view selector, absl::string_view version);

}  // namespace jail::serve

#endif  // JAIL_SERVE_DIALECTS_VERSIONS_H_
