#include "tests/unit/policy/policy_fixture.h"

#include <linux/audit.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>

#include "gtest/gtest.h"
#include "jail/base/syscall_names.h"
#include "tools/build/bpf_evaluator.h"
#include "tools/build/call_text.h"
#include "tools/build/policy_constants.h"

namespace jail::testlib {
namespace {

constexpr uint64_t kAboveInt = uint64_t{1} << 32;

std::vector<build::PolicyFile> ReadPolicyFiles() {
  std::vector<build::PolicyFile> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(JAIL_POLICY_DIR)) {
    if (entry.path().extension() != ".textproto") continue;
    std::stringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    files.push_back({entry.path().string(), text.str()});
  }
  return files;
}

using Values = std::set<uint64_t>;

void AddCondition(const v1::Policy::Condition& condition, Values& values) {
  for (const std::string& text : condition.values()) {
    const uint64_t value = build::ParseConstant(text).value();
    values.insert({value, value + 1, value - 1, value | kAboveInt, value | uint64_t{0x80000000}});
  }
  if (condition.mask().empty()) return;
  const uint64_t mask = build::ParseConstant(condition.mask()).value();
  for (int bit = 0; bit < 64; ++bit) {
    const uint64_t single = uint64_t{1} << bit;
    values.insert({single, (mask & single) | kAboveInt, ~mask & ~single});
  }
}

// Every combination of one value per argument.
void Combine(const std::vector<Values>& choices, size_t arg, seccomp_data call,
             std::vector<seccomp_data>& out) {
  if (arg == choices.size()) {
    out.push_back(call);
    return;
  }
  for (uint64_t value : choices[arg]) {
    call.args[arg] = value;
    Combine(choices, arg + 1, call, out);
  }
}

}  // namespace

const build::PolicySet& ShippedPolicies() {
  static const build::PolicySet* const set = [] {
    auto parsed = build::ParsePolicies(ReadPolicyFiles());
    if (!parsed.ok()) {
      std::cerr << parsed.status() << "\n";
      std::abort();
    }
    return new build::PolicySet(*std::move(parsed));
  }();
  return *set;
}

std::vector<std::string> ShippedPolicyNames() {
  std::vector<std::string> names;
  for (const auto& [name, source] : ShippedPolicies()) {
    if (source.policy.has_default_action()) names.push_back(name);
  }
  return names;
}

absl::Span<const sock_filter> Program(const plan::CompiledPolicy& policy) {
  return absl::MakeConstSpan(policy.code, policy.length);
}

uint32_t Evaluate(absl::Span<const sock_filter> program, const seccomp_data& call) {
  const absl::StatusOr<build::BpfResult> result = build::EvaluateBpf(program, call);
  EXPECT_TRUE(result.ok()) << build::FormatCall(call) << ": " << result.status();
  return result.ok() ? result->verdict : 0;
}

seccomp_data NativeCall(uint32_t number) {
  seccomp_data call = {};
  call.arch = AUDIT_ARCH_X86_64;
  call.nr = static_cast<int>(number);
  return call;
}

std::vector<seccomp_data> InterestingCalls(const PolicyModel& model, int number) {
  std::vector<Values> choices(std::size(seccomp_data{}.args), Values{0});
  const char* name = SyscallName(number);
  for (const v1::Policy::Rule* rule : model.RulesOf(name != nullptr ? name : "")) {
    for (const v1::Policy::Condition& condition : rule->when()) {
      Values& values = choices[static_cast<size_t>(condition.arg())];
      values.insert({1, ~uint64_t{0}});
      AddCondition(condition, values);
    }
  }
  std::vector<seccomp_data> calls;
  Combine(choices, 0, NativeCall(static_cast<uint32_t>(number)), calls);
  return calls;
}

}  // namespace jail::testlib
