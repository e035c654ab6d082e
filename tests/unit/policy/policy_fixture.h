// The policies of this source tree, as text and as compiled into jail_policies, and sets of calls
// that find a difference between two readings of a policy if there is one.
#ifndef TESTS_UNIT_POLICY_POLICY_FIXTURE_H_
#define TESTS_UNIT_POLICY_POLICY_FIXTURE_H_

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "jail/plan/builtin.h"
#include "tests/unit/policy/policy_model.h"
#include "tools/build/policy_files.h"

namespace jail::testlib {

// Parsed from policy/**.textproto; a failure ends the test binary with its message.
const build::PolicySet& ShippedPolicies();

// Names of the shipped files that are policies, not groups.
std::vector<std::string> ShippedPolicyNames();

absl::Span<const sock_filter> Program(const plan::CompiledPolicy& policy);

// Fails the test when the program cannot be evaluated.
uint32_t Evaluate(absl::Span<const sock_filter> program, const seccomp_data& call);

// Native calls of one number: with no arguments, and, when rules test its arguments, with every
// combination of the values they name, their neighbours, single bits of masks and dirty upper halves.
std::vector<seccomp_data> InterestingCalls(const PolicyModel& model, int number);

seccomp_data NativeCall(uint32_t number);

}  // namespace jail::testlib

#endif  // TESTS_UNIT_POLICY_POLICY_FIXTURE_H_
