// The shipped policies, as compiled into the helper.
#include <errno.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <sodium.h>
#include <sys/syscall.h>

#include <cstring>
#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "gtest/gtest.h"
#include "jail/base/syscall_names.h"
#include "tests/unit/policy/policy_fixture.h"
#include "tools/build/bpf_evaluator.h"
#include "tools/build/call_text.h"
#include "tools/build/policy_checker.h"
#include "tools/build/policy_emitter.h"

namespace jail::testlib {
namespace {

constexpr int kMostReachableCalls = 215;
constexpr int kMostReachableForInit = 19;
constexpr int kMostSteps = 24;  // Of one call through a filter, with all its argument tests.
// Every run loads two filters, and what that takes grows with the instructions: 0.25 us each.
constexpr size_t kMostInstructions = 290;
constexpr size_t kMostInstructionsForInit = 32;

class PoliciesTest : public testing::TestWithParam<std::string> {
 protected:
  const std::string name_ = GetParam();
  const PolicyModel model_{ShippedPolicies(), name_};
  const plan::CompiledPolicy& compiled_ = *plan::FindPolicy(name_.c_str());
  const absl::Span<const sock_filter> program_ = Program(compiled_);
};

INSTANTIATE_TEST_SUITE_P(Shipped, PoliciesTest, testing::ValuesIn(ShippedPolicyNames()),
                         [](const auto& test) { return test.param; });

TEST_P(PoliciesTest, MeetsItsExpectations) {
  int count = 0;
  for (const v1::Policy::Expectation& expectation : ShippedPolicies().at(name_).policy.expectations()) {
    for (const std::string& text : expectation.calls()) {
      const absl::StatusOr<seccomp_data> call = build::ParseCall(text);
      ASSERT_TRUE(call.ok()) << text << ": " << call.status();
      EXPECT_EQ(build::FormatVerdict(Evaluate(program_, *call)),
                build::FormatVerdict(ActionVerdict(expectation.action())))
          << text;
      ++count;
    }
  }
  EXPECT_GE(count, 24) << "a policy says what it is for by dozens of expectations";
}

TEST_P(PoliciesTest, AnswersEveryNumberAsItsTextSays) {
  for (int number = 0; number <= 2000; ++number) {
    for (const seccomp_data& call : InterestingCalls(model_, number)) {
      ASSERT_EQ(build::FormatVerdict(Evaluate(program_, call)), build::FormatVerdict(model_.Verdict(call)))
          << build::FormatCall(call);
    }
  }
}

TEST_P(PoliciesTest, AnswersStrangeNumbersAsItsTextSays) {
  for (uint32_t base : {0x3ffff000u, 0x40000000u, 0x40000200u, 0x7ffff000u, 0x80000000u, 0xbffff000u,
                        0xc0000000u, 0xfffff000u}) {
    for (uint32_t number = base; number - base < 0x1000; ++number) {
      const seccomp_data call = NativeCall(number);
      ASSERT_EQ(Evaluate(program_, call), model_.Verdict(call)) << build::FormatCall(call);
    }
  }
}

TEST_P(PoliciesTest, KillsEveryOtherArchitecture) {
  for (uint32_t arch : {uint32_t{AUDIT_ARCH_I386}, uint32_t{AUDIT_ARCH_AARCH64}, uint32_t{0}, ~uint32_t{0}}) {
    for (uint32_t number = 0; number <= 2000; ++number) {
      seccomp_data call = NativeCall(number);
      call.arch = arch;
      ASSERT_EQ(Evaluate(program_, call), SECCOMP_RET_KILL_PROCESS) << build::FormatCall(call);
    }
  }
}

TEST_P(PoliciesTest, KillsEveryX32Number) {
  for (uint32_t number = 0; number <= 2000; ++number) {
    ASSERT_EQ(Evaluate(program_, NativeCall(number | 0x40000000)), SECCOMP_RET_KILL_PROCESS) << number;
  }
}

TEST_P(PoliciesTest, AnswersUnknownNumbersWithEnosys) {
  for (uint32_t number : {337u, 400u, 423u, 470u, 471u, 1000u, 0x3fffffffu, 0x80000000u, 0xffffffffu}) {
    EXPECT_EQ(Evaluate(program_, NativeCall(number)), SECCOMP_RET_ERRNO | ENOSYS) << number;
  }
}

TEST_P(PoliciesTest, AnswersFast) {
  int most = 0;
  for (int number = 0; number <= kNewestSyscall; ++number) {
    for (const seccomp_data& call : InterestingCalls(model_, number)) {
      most = std::max(most, build::EvaluateBpf(program_, call)->steps);
    }
  }
  EXPECT_LE(most, kMostSteps);
}

TEST_P(PoliciesTest, LoadsFast) {
  EXPECT_LE(program_.size(), name_ == "init" ? kMostInstructionsForInit : kMostInstructions);
  // The kernel runs the filter on each number when it is loaded.
  int steps = 0;
  for (int number = 0; number <= kNewestSyscall; ++number) {
    steps += build::EvaluateBpf(program_, NativeCall(static_cast<uint32_t>(number)))->steps;
  }
  EXPECT_LE(steps / kNewestSyscall, 11);
}

TEST_P(PoliciesTest, ReachesNoMoreCallsThanPromised) {
  std::set<int> reachable;
  for (int number = 0; number <= kNewestSyscall; ++number) {
    for (const seccomp_data& call : InterestingCalls(model_, number)) {
      if (Evaluate(program_, call) == SECCOMP_RET_ALLOW) reachable.insert(number);
    }
  }
  EXPECT_LE(reachable.size(), name_ == "init" ? kMostReachableForInit : kMostReachableCalls);
  RecordProperty("reachable", static_cast<int>(reachable.size()));
}

TEST_P(PoliciesTest, CompilesToTheSameProgramEachTime) {
  const auto policies = build::CheckPolicies(ShippedPolicies());
  ASSERT_TRUE(policies.ok()) << policies.status();
  for (const build::CheckedPolicy& policy : *policies) {
    if (policy.name != name_) continue;
    const build::BpfProgram program = build::EmitBpf(policy).value();
    ASSERT_EQ(program.size(), program_.size());
    EXPECT_EQ(std::memcmp(program.data(), program_.data(), program.size() * sizeof(sock_filter)), 0);
  }
}

TEST_P(PoliciesTest, CarriesTheHashOfItsInstructions) {
  unsigned char hash[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(hash, reinterpret_cast<const unsigned char*>(program_.data()),
                     program_.size() * sizeof(sock_filter));
  EXPECT_EQ(std::memcmp(hash, compiled_.sha256, sizeof(hash)), 0);
}

TEST(PoliciesTextTest, EveryRuleSaysWhy) {
  for (const auto& [name, source] : ShippedPolicies()) {
    for (const v1::Policy::Rule& rule : source.policy.rules()) {
      EXPECT_GE(rule.because().size(), 10u) << source.path << ": " << rule.ShortDebugString();
    }
  }
}

TEST(PoliciesTextTest, ListsWhatIsCompiledIn) {
  std::vector<std::string> names;
  for (int i = 0; plan::PolicyAt(i) != nullptr; ++i) names.push_back(plan::PolicyAt(i)->name);
  EXPECT_EQ(names, ShippedPolicyNames());
  EXPECT_EQ(plan::FindPolicy("defaul"), nullptr);
  EXPECT_EQ(plan::FindPolicy("default "), nullptr);
  EXPECT_EQ(plan::FindPolicy(""), nullptr);
  EXPECT_EQ(plan::PolicyAt(-1), nullptr);
}

}  // namespace
}  // namespace jail::testlib
