// A third opinion: libseccomp compiles the same rules with its own generator, and its program must agree
// with ours. It cannot say "allow under these conditions, else that error", so where our conditions fail it
// is given no rule and must answer with the default.
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "jail/base/fd.h"
#include "jail/base/syscall_names.h"
#include "tests/unit/policy/policy_fixture.h"
#include "tools/build/call_text.h"
#include "tools/build/policy_checker.h"

namespace jail::testlib {
namespace {

using Filter = std::unique_ptr<void, decltype(&seccomp_release)>;

constexpr uint32_t kDefault = SECCOMP_RET_LOG;  // In no policy, so every rule is one of its own.

// libseccomp takes one value per argument and rule: one rule for each combination.
void AddClause(scmp_filter_ctx filter, int number, const build::Clause& clause, size_t test,
               std::vector<scmp_arg_cmp>& chosen) {
  if (test == clause.tests.size()) {
    ASSERT_EQ(seccomp_rule_add_array(filter, clause.verdict, number, static_cast<unsigned>(chosen.size()),
                                     chosen.data()),
              0)
        << SyscallName(number);
    return;
  }
  const build::ArgTest& wanted = clause.tests[test];
  for (uint64_t value : wanted.values) {
    chosen.push_back({static_cast<unsigned>(wanted.arg), SCMP_CMP_MASKED_EQ, wanted.mask, value});
    AddClause(filter, number, clause, test + 1, chosen);
    chosen.pop_back();
  }
}

void AddCall(scmp_filter_ctx filter, int number, const build::CallRules& rules) {
  std::vector<scmp_arg_cmp> chosen;
  for (const build::Clause& clause : rules.clauses) AddClause(filter, number, clause, 0, chosen);
  if (rules.clauses.empty()) {
    ASSERT_EQ(seccomp_rule_add_array(filter, rules.otherwise, number, 0, nullptr), 0) << SyscallName(number);
  }
}

Filter Compile(const build::CheckedPolicy& policy) {
  Filter filter(seccomp_init(SCMP_ACT_LOG), &seccomp_release);
  EXPECT_EQ(seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS), 0);
  EXPECT_EQ(seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2), 0);
  for (const auto& [number, rules] : policy.calls) AddCall(filter.get(), number, rules);
  return filter;
}

std::vector<sock_filter> Export(const Filter& filter) {
  const Fd file(memfd_create("filter", MFD_CLOEXEC));
  EXPECT_EQ(seccomp_export_bpf(filter.get(), file.get()), 0);
  std::vector<sock_filter> program(static_cast<size_t>(lseek(file.get(), 0, SEEK_END)) / sizeof(sock_filter));
  const size_t size = program.size() * sizeof(sock_filter);
  EXPECT_EQ(pread(file.get(), program.data(), size, 0), static_cast<ssize_t>(size));
  return program;
}

TEST(LibseccompTest, AgreesOnEveryKnownCall) {
  const std::vector<build::CheckedPolicy> policies = build::CheckPolicies(ShippedPolicies()).value();
  for (const build::CheckedPolicy& policy : policies) {
    const std::vector<sock_filter> theirs = Export(Compile(policy));
    const absl::Span<const sock_filter> ours = Program(*plan::FindPolicy(policy.name.c_str()));
    const PolicyModel model(ShippedPolicies(), policy.name);
    for (const auto& [number, rules] : policy.calls) {
      for (const seccomp_data& call : InterestingCalls(model, number)) {
        const uint32_t verdict = Evaluate(ours, call);
        const bool fell_through = !rules.clauses.empty() && verdict == rules.otherwise;
        ASSERT_EQ(build::FormatVerdict(Evaluate(theirs, call)),
                  build::FormatVerdict(fell_through ? kDefault : verdict))
            << policy.name << ": " << build::FormatCall(call);
      }
    }
  }
}

}  // namespace
}  // namespace jail::testlib
