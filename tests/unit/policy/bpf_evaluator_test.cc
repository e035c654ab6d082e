#include "tools/build/bpf_evaluator.h"

#include <linux/audit.h>

#include <cstddef>
#include <vector>

#include "gtest/gtest.h"

namespace jail::testlib {
namespace {

constexpr uint32_t kYes = 1;
constexpr uint32_t kNo = 2;

seccomp_data Call(int number, uint64_t argument) {
  seccomp_data call = {};
  call.arch = AUDIT_ARCH_X86_64;
  call.nr = number;
  call.args[1] = argument;
  return call;
}

// Loads a word and answers kYes where the jump is taken.
std::vector<sock_filter> OneJump(uint16_t jump, uint32_t offset, uint32_t k) {
  return {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset),
          {static_cast<uint16_t>(BPF_JMP | jump | BPF_K), 1, 0, k},
          BPF_STMT(BPF_RET | BPF_K, kNo),
          BPF_STMT(BPF_RET | BPF_K, kYes)};
}

uint32_t VerdictOf(const std::vector<sock_filter>& program, const seccomp_data& call) {
  return build::EvaluateBpf(program, call).value().verdict;
}

TEST(BpfEvaluatorTest, ComparesWords) {
  const uint32_t number = offsetof(seccomp_data, nr);
  EXPECT_EQ(VerdictOf(OneJump(BPF_JEQ, number, 7), Call(7, 0)), kYes);
  EXPECT_EQ(VerdictOf(OneJump(BPF_JEQ, number, 7), Call(8, 0)), kNo);
  EXPECT_EQ(VerdictOf(OneJump(BPF_JGE, number, 7), Call(7, 0)), kYes);
  EXPECT_EQ(VerdictOf(OneJump(BPF_JGT, number, 7), Call(7, 0)), kNo);
  EXPECT_EQ(VerdictOf(OneJump(BPF_JSET, number, 6), Call(2, 0)), kYes);
  EXPECT_EQ(VerdictOf(OneJump(BPF_JSET, number, 6), Call(1, 0)), kNo);
}

TEST(BpfEvaluatorTest, ComparesWithoutSign) {
  EXPECT_EQ(VerdictOf(OneJump(BPF_JGE, offsetof(seccomp_data, nr), 7), Call(-1, 0)), kYes);
}

TEST(BpfEvaluatorTest, ReadsBothHalvesOfAnArgument) {
  const uint32_t low = offsetof(seccomp_data, args[1]);
  const seccomp_data call = Call(0, 0x0000000500000009);
  EXPECT_EQ(VerdictOf(OneJump(BPF_JEQ, low, 9), call), kYes);
  EXPECT_EQ(VerdictOf(OneJump(BPF_JEQ, low + 4, 5), call), kYes);
}

TEST(BpfEvaluatorTest, MasksAndJumps) {
  const std::vector<sock_filter> program = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
                                            BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf),
                                            BPF_STMT(BPF_JMP | BPF_JA, 1),
                                            BPF_STMT(BPF_RET | BPF_K, kNo),
                                            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x5, 0, 1),
                                            BPF_STMT(BPF_RET | BPF_K, kYes),
                                            BPF_STMT(BPF_RET | BPF_K, kNo)};
  EXPECT_EQ(VerdictOf(program, Call(0xa5, 0)), kYes);
  EXPECT_EQ(build::EvaluateBpf(program, Call(0xa5, 0))->steps, 5);
}

TEST(BpfEvaluatorTest, RefusesWhatTheKernelWould) {
  const seccomp_data call = Call(0, 0);
  EXPECT_FALSE(build::EvaluateBpf({}, call).ok());
  EXPECT_FALSE(build::EvaluateBpf({BPF_STMT(BPF_LD | BPF_W | BPF_ABS, sizeof(seccomp_data))}, call).ok());
  EXPECT_FALSE(build::EvaluateBpf({BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 2)}, call).ok());
  EXPECT_FALSE(build::EvaluateBpf({BPF_STMT(BPF_JMP | BPF_JA, 9)}, call).ok());
  EXPECT_FALSE(build::EvaluateBpf({BPF_STMT(BPF_ST, 0)}, call).ok());
}

}  // namespace
}  // namespace jail::testlib
