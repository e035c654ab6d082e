// `jailrun policy`: the seccomp policies as text. What they are, what they answer to a call, whether changed
// ones hold together, and what would have to change for what runs were refused.
//
//   jailrun policy show [NAME]
//   jailrun policy check [--policy NAME] 'socket(AF_INET, SOCK_RAW)'
//   jailrun policy lint [FILE...]
//   jailrun policy learn RECORD... | patch -p1
//   jailrun policy learn --least TRACE... | patch -p1
#ifndef TOOLS_JAILRUN_POLICY_POLICY_H_
#define TOOLS_JAILRUN_POLICY_POLICY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jail/v1/result.pb.h"
#include "tools/build/policy_checker.h"
#include "tools/build/policy_files.h"

namespace jail::cli {

// What is compiled in, as its files in policy/ read; `path` is relative to the source tree.
std::vector<build::PolicyFile> BuiltinPolicies();

// The built-in ones, with `changed` in the place of those of the same name, or beside them.
absl::StatusOr<build::PolicySet> LoadPolicies(const std::vector<build::PolicyFile>& changed);

// Its answer to each call. Errors: a rule that is wrong; no such policy, with the nearest name.
absl::StatusOr<build::CheckedPolicy> FindChecked(const build::PolicySet& set, const std::string& name);

// One line for each policy; groups are part of theirs.
absl::StatusOr<std::string> ListPolicies(const build::PolicySet& set);

// The rules of one policy or group, in the order in which they are read.
absl::StatusOr<std::string> ShowPolicy(const build::PolicySet& set, const std::string& name);

struct CheckedCalls {
  std::string text;          // A line for each call: the answer, and who decided.
  bool all_allowed = false;  // Every one of them.
};
// `calls` are written as in a policy's expectations. Errors: no such policy, a call that cannot be read.
absl::StatusOr<CheckedCalls> CheckCalls(const build::PolicySet& set, const std::string& name,
                                        const std::vector<std::string>& calls);

// What is wrong: rules that contradict, expectations that are not met, more calls than are promised. Empty:
// nothing.
std::vector<std::string> LintPolicies(const build::PolicySet& set);

// A unified diff that allows what the runs were refused, with the arguments that they gave where the
// policy looks at arguments; empty when they were refused nothing that has a name. Each rule comes with an
// expectation and a `because` for a person to write: `jailrun policy lint` refuses it until then.
// FailedPreconditionError: a rule refuses one of the calls by name; adding another would contradict it.
absl::StatusOr<std::string> LearnFrom(const std::vector<build::PolicyFile>& files,
                                      const std::vector<v1::ResultRecord>& records, const std::string& name);

// The other way round: a unified diff that leaves only what runs called, by strace(1)'s account of them.
// What the policy refuses stays refused; expectations that allow what goes go with it.
// InvalidArgumentError: no such policy, no call in the traces.
absl::StatusOr<std::string> LeastFor(const std::vector<build::PolicyFile>& files,
                                     const std::vector<std::string>& traces, const std::string& name);

// What a learned rule has in the place of its reason.
constexpr absl::string_view kUnwritten = "FIXME: who needs it?";

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_POLICY_POLICY_H_
