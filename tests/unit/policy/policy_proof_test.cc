#include "tools/build/policy_proof.h"

#include <linux/audit.h>

#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "jail/base/syscall_names.h"
#include "tests/unit/policy/policy_fixture.h"
#include "tools/build/call_text.h"
#include "tools/build/policy_emitter.h"

namespace jail::testlib {
namespace {

build::CheckedPolicy PolicyOf(const std::string& name) {
  const std::vector<build::CheckedPolicy> policies = build::CheckPolicies(ShippedPolicies()).value();
  for (const build::CheckedPolicy& policy : policies) {
    if (policy.name == name) return policy;
  }
  ADD_FAILURE() << "no policy " << name;
  return {};
}

class PolicyProofTest : public testing::TestWithParam<std::string> {
 protected:
  // Each instruction of a kind as `change` makes it: no such program may pass. Returns how many there were.
  template <typename Change>
  int Refuses(uint16_t kind, const Change& change) const {
    int count = 0;
    for (size_t at = 0; at < program_.size(); ++at) {
      if (BPF_CLASS(program_[at].code) != kind || program_[at].code == (BPF_JMP | BPF_JA)) continue;
      build::BpfProgram changed = program_;
      change(changed[at]);
      EXPECT_EQ(build::ProveProgram(policy_, changed).code(), absl::StatusCode::kInternal) << at;
      ++count;
    }
    return count;
  }

  const build::CheckedPolicy policy_ = PolicyOf(GetParam());
  const build::BpfProgram program_ = build::EmitBpf(policy_).value();
};

// "compile" is as "default".
INSTANTIATE_TEST_SUITE_P(Shipped, PolicyProofTest, testing::Values("default", "init"),
                         [](const auto& test) { return test.param; });

TEST_P(PolicyProofTest, AcceptsWhatWasCompiled) {
  EXPECT_EQ(build::ProveProgram(policy_, program_), absl::OkStatus());
}

TEST_P(PolicyProofTest, NoticesEveryOtherVerdict) {
  EXPECT_GE(Refuses(BPF_RET, [](sock_filter& i) { i.k ^= 1; }), 3);
}

TEST_P(PolicyProofTest, NoticesEveryJumpTheOtherWay) {
  EXPECT_GE(Refuses(BPF_JMP, [](sock_filter& i) { std::swap(i.jt, i.jf); }), 20);
}

TEST_P(PolicyProofTest, NoticesEveryOtherWord) {
  EXPECT_GE(Refuses(BPF_LD, [](sock_filter& i) { i.k ^= 4; }), 2);
}

TEST_P(PolicyProofTest, NoticesEveryComparisonWithTheNextNumber) {
  // Those of the number come before the first argument is loaded. Past the newest call both ways say ENOSYS.
  const size_t number = offsetof(seccomp_data, nr);
  for (size_t at = 0, word = 0; at < program_.size(); ++at) {
    const sock_filter& i = program_[at];
    if (i.code == (BPF_LD | BPF_W | BPF_ABS)) word = i.k;
    if (i.code == (BPF_LD | BPF_W | BPF_ABS) && word >= offsetof(seccomp_data, args)) break;
    if (BPF_CLASS(i.code) != BPF_JMP || BPF_OP(i.code) == BPF_JA || word != number) continue;
    if (i.k == kNewestSyscall + 1) continue;
    build::BpfProgram changed = program_;
    ++changed[at].k;
    EXPECT_EQ(build::ProveProgram(policy_, changed).code(), absl::StatusCode::kInternal) << at;
  }
}

TEST_P(PolicyProofTest, NoticesThatTheProgramEndsNowhere) {
  EXPECT_FALSE(build::ProveProgram(policy_, {}).ok());
  EXPECT_FALSE(build::ProveProgram(policy_, absl::MakeConstSpan(program_).first(1)).ok());
}

TEST_P(PolicyProofTest, ReadsTheRulesAsTheirTextSays) {
  const PolicyModel model(ShippedPolicies(), GetParam());
  for (int number = 0; number <= 600; ++number) {
    for (const seccomp_data& call : InterestingCalls(model, number)) {
      ASSERT_EQ(build::RuledVerdict(policy_, call), model.Verdict(call)) << build::FormatCall(call);
    }
  }
}

// One value of the upper half of an argument among 2^64: from the program's own constants.
TEST(PolicyProofValuesTest, LooksAtTheConstantsOfBothSides) {
  build::CheckedPolicy policy = PolicyOf("init");
  policy.calls[0].clauses = {{{{2, ~uint64_t{0}, {0x1234567800000000}}}, SECCOMP_RET_ALLOW}};
  policy.calls[0].otherwise = SECCOMP_RET_USER_NOTIF;
  const build::BpfProgram program = build::EmitBpf(policy).value();
  EXPECT_EQ(build::ProveProgram(policy, program), absl::OkStatus());
  build::CheckedPolicy other = policy;
  other.calls[0].clauses[0].tests[0].values[0] += uint64_t{1} << 40;
  EXPECT_FALSE(build::ProveProgram(other, program).ok());
  other.calls[0].clauses.clear();
  EXPECT_FALSE(build::ProveProgram(other, program).ok());
}

}  // namespace
}  // namespace jail::testlib
