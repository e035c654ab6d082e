// From the rules as written to one answer per system call, refusing what is unclear: an unknown call,
// a rule without a reason, two rules that say different things. Every error names file, policy and rule.
#ifndef TOOLS_BUILD_POLICY_CHECKER_H_
#define TOOLS_BUILD_POLICY_CHECKER_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/build/policy_files.h"

namespace jail::build {

// A SECCOMP_RET_* value with its data.
using Verdict = uint32_t;

// What an action answers. InvalidArgumentError: none is chosen, or an unknown errno; says only what is wrong.
absl::StatusOr<Verdict> ActionVerdict(const v1::Policy::Action& action);

// (argument & mask) is one of values; the upper half of the argument counts only when mask says so.
struct ArgTest {
  int arg = 0;
  uint64_t mask = 0;
  std::vector<uint64_t> values;
};

// What is answered when all tests hold.
struct Clause {
  std::vector<ArgTest> tests;
  Verdict verdict = 0;
};

struct CallRules {
  std::vector<Clause> clauses;
  Verdict otherwise = 0;
  // The last rule that names the call; empty: none does.
  std::string group;
  std::string because;

  // Under some condition at least.
  bool reachable() const;
};

struct CheckedPolicy {
  std::string name;
  std::string description;
  std::map<int, CallRules> calls;  // Every known number.
};

// The policies; groups are checked as parts of them.
absl::StatusOr<std::vector<CheckedPolicy>> CheckPolicies(const PolicySet& set);

int CountReachable(const CheckedPolicy& policy);

}  // namespace jail::build

#endif  // TOOLS_BUILD_POLICY_CHECKER_H_
