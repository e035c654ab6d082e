// Reads the policies' text and resolves who includes whom. Knows nothing of system calls.
#ifndef TOOLS_BUILD_POLICY_FILES_H_
#define TOOLS_BUILD_POLICY_FILES_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jail/v1/policy.pb.h"

namespace jail::build {

struct PolicyFile {
  std::string path;
  std::string text;
};

struct PolicySource {
  std::string path;
  v1::Policy policy;
};

// By name, so that everything made from it comes out in the same order each time.
using PolicySet = std::map<std::string, PolicySource>;

// Errors: text that is no Policy (with its line), a name that is not the file's or stands twice.
absl::StatusOr<PolicySet> ParsePolicies(const std::vector<PolicyFile>& files);

// The policy itself after all that it includes, each once. Errors: an unknown name, a cycle.
absl::StatusOr<std::vector<const PolicySource*>> ResolveIncludes(const PolicySet& set,
                                                                 absl::string_view name);

}  // namespace jail::build

#endif  // TOOLS_BUILD_POLICY_FILES_H_
