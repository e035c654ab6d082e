#include "tools/build/bpf_writer.h"

#include <linux/audit.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "tests/unit/policy/policy_fixture.h"
#include "tools/build/bpf_evaluator.h"
#include "tools/build/policy_emitter.h"
#include "tools/build/policy_proof.h"
#include "tools/build/range_search.h"

namespace jail::testlib {
namespace {

using build::BpfWriter;
using build::TargetRange;

constexpr uint32_t kMost = std::numeric_limits<uint32_t>::max();

// A search for the number of a call, alone.
build::BpfProgram SearchProgram(const std::vector<std::pair<uint32_t, uint32_t>>& verdicts) {
  BpfWriter writer;
  std::vector<TargetRange> ranges;
  for (const auto& [first, verdict] : verdicts) AddTarget(ranges, {first, writer.Return(verdict)});
  writer.Load(offsetof(seccomp_data, nr), kMost, WriteSearch(writer, ranges));
  return writer.Finish();
}

uint32_t Answer(const build::BpfProgram& program, uint32_t number) {
  return Evaluate(program, NativeCall(number));
}

size_t Branches(const build::BpfProgram& program) {
  return static_cast<size_t>(std::count_if(program.begin(), program.end(), [](const sock_filter& i) {
    return BPF_CLASS(i.code) == BPF_JMP && BPF_OP(i.code) != BPF_JA;
  }));
}

TEST(BpfWriterTest, WritesEqualPiecesOnce) {
  BpfWriter writer;
  const BpfWriter::Label yes = writer.Return(1);
  const BpfWriter::Label no = writer.Return(2);
  const BpfWriter::Label test = writer.Load(16, 0xf, writer.Branch(BPF_JEQ, 3, yes, no));
  const size_t size = writer.size();
  EXPECT_EQ(writer.Load(16, 0xf, writer.Branch(BPF_JEQ, 3, writer.Return(1), writer.Return(2))), test);
  EXPECT_EQ(writer.Branch(BPF_JGE, 7, yes, yes), yes);
  EXPECT_EQ(writer.size(), size);
}

TEST(BpfWriterTest, ReachesWhatIsFarAway) {
  BpfWriter writer;
  const BpfWriter::Label tested = writer.Load(offsetof(seccomp_data, args), kMost,
                                              writer.Branch(BPF_JEQ, 5, writer.Return(1), writer.Return(2)));
  const BpfWriter::Label plain = writer.Return(3);
  BpfWriter::Label next = plain;
  for (uint32_t number = 2000; number-- > 0;) {
    next = writer.Branch(BPF_JEQ, number, number % 2 == 0 ? tested : plain, next);
  }
  writer.Load(offsetof(seccomp_data, nr), kMost, next);
  const build::BpfProgram program = writer.Finish();
  for (uint32_t number : {0u, 1u, 500u, 501u, 1998u, 1999u, 2000u}) {
    seccomp_data call = NativeCall(number);
    const bool is_tested = number % 2 == 0 && number < 2000;
    EXPECT_EQ(Evaluate(program, call), is_tested ? 2u : 3u) << number;
    call.args[0] = 5;
    EXPECT_EQ(Evaluate(program, call), is_tested ? 1u : 3u) << number;
  }
  EXPECT_LE(program.size(), 2000 + 2000 / 100) << "a stand-in serves all that it is near to";
}

TEST(RangeSearchTest, FindsEveryRange) {
  std::mt19937 random(20261122);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::pair<uint32_t, uint32_t>> verdicts = {{0, random() % 4}};
    while (verdicts.back().first < 300) {
      verdicts.emplace_back(verdicts.back().first + 1 + random() % (random() % 3 == 0 ? 40 : 2),
                            random() % 4);
    }
    if (round % 2 == 0) verdicts.emplace_back(kMost, random() % 4);
    const build::BpfProgram program = SearchProgram(verdicts);
    for (size_t i = 0; i < verdicts.size(); ++i) {
      const uint32_t last = i + 1 < verdicts.size() ? verdicts[i + 1].first - 1 : kMost;
      ASSERT_EQ(Answer(program, verdicts[i].first), verdicts[i].second) << round;
      ASSERT_EQ(Answer(program, last), verdicts[i].second) << round;
    }
  }
}

TEST(RangeSearchTest, TakesOneComparisonForWhatStandsAlone) {
  EXPECT_EQ(Branches(SearchProgram({{0, 1}, {9, 2}, {10, 1}})), 1u);
  EXPECT_EQ(Branches(SearchProgram({{0, 1}, {9, 2}, {10, 1}, {20, 3}, {21, 1}})), 2u);
  EXPECT_EQ(Branches(SearchProgram({{0, 1}, {9, 2}, {11, 1}})), 2u);
  EXPECT_EQ(Branches(SearchProgram({{0, 1}, {kMost, 2}})), 1u);
  EXPECT_EQ(Branches(SearchProgram({{0, 1}})), 0u);
}

TEST(RangeSearchTest, IsDeepAsALogarithm) {
  std::vector<std::pair<uint32_t, uint32_t>> verdicts;
  for (uint32_t i = 0; i < 2000; ++i) verdicts.emplace_back(10 * i, i % 2);  // More than it looks at at once.
  const build::BpfProgram program = SearchProgram(verdicts);
  for (uint32_t number = 0; number < 20000; number += 5) {
    const absl::StatusOr<build::BpfResult> result = build::EvaluateBpf(program, NativeCall(number));
    ASSERT_EQ(result->verdict, number / 10 % 2) << number;
    ASSERT_LE(result->steps, 24) << number;
  }
}

// A policy whose every call tests all its arguments fills far more than one byte can jump over.
TEST(BpfWriterTest, HoldsAPolicyOfManyTests) {
  build::CheckedPolicy policy = build::CheckPolicies(ShippedPolicies()).value().front();
  for (auto& [number, rules] : policy.calls) {
    if (number >= 200) break;
    const uint64_t value = 3 * static_cast<uint64_t>(number);
    rules.clauses = {{{{number % 6, 0xffffffff, {value, value + 7}}}, SECCOMP_RET_ALLOW}};
    rules.otherwise = SECCOMP_RET_ERRNO | 1;
  }
  const absl::StatusOr<build::BpfProgram> program = build::EmitBpf(policy);
  ASSERT_TRUE(program.ok()) << program.status();
  EXPECT_GT(program->size(), 600u);
  EXPECT_EQ(build::ProveProgram(policy, *program), absl::OkStatus());
}

TEST(BpfWriterTest, RefusesAPolicyThatIsTooLong) {
  build::CheckedPolicy policy = build::CheckPolicies(ShippedPolicies()).value().front();
  for (auto& [number, rules] : policy.calls) {
    build::ArgTest test{0, 0xffffffff, {}};
    for (uint64_t value = 0; value < 40; ++value) test.values.push_back(2 * value + 1000 * uint64_t(number));
    rules.clauses = {{{test}, SECCOMP_RET_ALLOW}};
  }
  EXPECT_EQ(build::EmitBpf(policy).status().code(), absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace jail::testlib
