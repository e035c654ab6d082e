// jaild's command line.
#ifndef TOOLS_JAILD_FLAGS_H_
#define TOOLS_JAILD_FLAGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/jaild/http/server.h"

namespace jail::daemon {

struct Flags {
  std::vector<http::Place> places;  // At least one.
  std::string config;               // Empty: the usual file, which may be absent.
  std::string cache_folder;         // Empty: none.
  bool rootless = false, cold = false, no_zygotes = false;
  std::string text;  // Not empty: this is all that was asked for, and exit status 0.
};

// `port`: the environment's $PORT, empty when it is not set. InvalidArgumentError: words for a person.
absl::StatusOr<Flags> ParseFlags(int argc, const char* const* argv, const std::string& port);

}  // namespace jail::daemon

#endif  // TOOLS_JAILD_FLAGS_H_
