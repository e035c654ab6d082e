// `jailrun version`: what this binary is made of.
#ifndef TOOLS_JAILRUN_VERSION_H_
#define TOOLS_JAILRUN_VERSION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace jail::cli {

// A policy or a root view that is compiled in.
struct BuiltinPart {
  absl::string_view kind;  // "policy", "root"
  absl::string_view name;
  absl::string_view sha256;  // 32 bytes
};

// People: aligned lines. Programs: JSON with the same facts.
std::string RenderVersion(const std::vector<BuiltinPart>& parts);
std::string VersionJson(const std::vector<BuiltinPart>& parts);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_VERSION_H_
