// Words, one a line, as jailrun's command line and as patterns for files to bring back.
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "tests/fuzz/require.h"
#include "tools/jailrun/artifacts.h"
#include "tools/jailrun/command_line.h"

namespace {

using jail::cli::GlobMatch;
using jail::cli::MatchGlob;
using jail::fuzz::Require;

// A wildcard yields no hidden name and no name that a command would take for a flag.
void RequireTame(absl::string_view pattern, absl::string_view path) {
  const GlobMatch match = MatchGlob(pattern, path);
  if (match == GlobMatch::kExact) Require(pattern == path);
  if (match != GlobMatch::kWildcard) return;
  const std::vector<absl::string_view> wanted = absl::StrSplit(pattern, '/');
  const std::vector<absl::string_view> given = absl::StrSplit(path, '/');
  Require(wanted.size() == given.size());
  for (size_t i = 0; i < given.size(); ++i) {
    const bool hidden = absl::StartsWith(given[i], ".") || absl::StartsWith(given[i], "-");
    if (hidden) Require(absl::StartsWith(wanted[i], given[i].substr(0, 1)));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  if (absl::StrContains(text, '\0')) return 0;  // No argument holds one.
  const std::vector<absl::string_view> words = absl::StrSplit(text, '\n');
  const auto line = jail::cli::ParseCommandLine(words);
  if (!line.ok()) {
    for (const char c : line.status().message()) Require(static_cast<unsigned char>(c) >= 0x20);
  }
  if (words.size() == 2) RequireTame(words[0], words[1]);
  return 0;
}
