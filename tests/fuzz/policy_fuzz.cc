// Arbitrary text as a policy: refused with a message, or compiled to a program that gives every call an
// answer, the one that the checked rules say, and lets nothing but the native entry through.
#include <linux/audit.h>
#include <linux/seccomp.h>

#include <cstdint>
#include <string>

#include "tests/fuzz/require.h"
#include "tools/build/bpf_evaluator.h"
#include "tools/build/policy_checker.h"
#include "tools/build/policy_emitter.h"

namespace {

using jail::fuzz::Require;

uint32_t Answer(const jail::build::BpfProgram& program, uint32_t arch, uint32_t number) {
  seccomp_data call = {};
  call.arch = arch;
  call.nr = static_cast<int>(number);
  const auto result = jail::build::EvaluateBpf(program, call);
  Require(result.ok());
  return result->verdict;
}

void RequireFaithful(const jail::build::CheckedPolicy& policy) {
  const auto program = jail::build::EmitBpf(policy);
  if (!program.ok()) return;  // Longer than BPF can hold: said so.
  for (const auto& [number, rules] : policy.calls) {
    const auto native = static_cast<uint32_t>(number);
    const uint32_t answer = Answer(*program, AUDIT_ARCH_X86_64, native);
    if (rules.clauses.empty()) Require(answer == rules.otherwise);
    Require(Answer(*program, AUDIT_ARCH_I386, native) == SECCOMP_RET_KILL_PROCESS);
    Require(Answer(*program, AUDIT_ARCH_X86_64, native | 0x40000000) == SECCOMP_RET_KILL_PROCESS);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto set = jail::build::ParsePolicies({{"policy/fuzzed.textproto", text}});
  if (!set.ok()) return 0;
  const auto policies = jail::build::CheckPolicies(*set);
  if (!policies.ok()) {
    Require(!policies.status().message().empty());
    return 0;
  }
  for (const jail::build::CheckedPolicy& policy : *policies) RequireFaithful(policy);
  return 0;
}
