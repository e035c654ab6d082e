// What must hold for runtime files before they are compiled in. Each error names the file and the field:
// "runtimes/c/runtime.textproto: run.argv[1]: {foo} is not one of {entry}, {work}, {args}, ...".
#ifndef JAIL_TOOLS_BUILD_RUNTIME_CHECK_H_
#define JAIL_TOOLS_BUILD_RUNTIME_CHECK_H_

#include <set>
#include <string>

#include "absl/status/status.h"
#include "jail/v1/runtime.pb.h"

namespace jail::build {

// Feed it one runtime after the other: names, aliases and extensions must differ between all of them.
class RuntimeChecker {
 public:
  explicit RuntimeChecker(std::set<std::string> policies) : policies_(std::move(policies)) {}
  absl::Status Check(const std::string& file, const v1::Runtime& runtime);

 private:
  std::set<std::string> policies_;
  std::set<std::string> names_;
  std::set<std::string> extensions_;
};

}  // namespace jail::build

#endif  // JAIL_TOOLS_BUILD_RUNTIME_CHECK_H_
