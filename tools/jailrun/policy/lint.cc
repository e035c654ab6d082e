// Whether policies do what their own text says they do.
#include "absl/strings/str_cat.h"
#include "tools/build/bpf_evaluator.h"
#include "tools/build/call_text.h"
#include "tools/build/policy_checker.h"
#include "tools/build/policy_emitter.h"
#include "tools/jailrun/policy/policy.h"

namespace jail::cli {
namespace {

constexpr int kMostReachable = 215;  // Promise P11.

using Complaints = std::vector<std::string>;

// Empty: it is answered as expected.
std::string WrongAnswer(const build::BpfProgram& program, const std::string& text, build::Verdict expected) {
  const absl::StatusOr<seccomp_data> call = build::ParseCall(text);
  if (!call.ok()) return absl::StrCat("expectation ", text, ": ", call.status().message());
  const absl::StatusOr<build::BpfResult> result = build::EvaluateBpf(program, *call);
  if (!result.ok()) return absl::StrCat("expectation ", text, ": ", result.status().message());
  if (result->verdict == expected) return "";
  return absl::StrCat("expects ", build::FormatVerdict(expected), " for ", text, ", but its rules say ",
                      build::FormatVerdict(result->verdict));
}

void CheckExpectations(const build::PolicySource& source, const build::BpfProgram& program, Complaints& out) {
  if (source.policy.expectations().empty()) {
    out.push_back(absl::StrCat(source.path, ": no expectation says what the policy is for"));
  }
  for (const v1::Policy::Expectation& expectation : source.policy.expectations()) {
    const absl::StatusOr<build::Verdict> verdict = build::ActionVerdict(expectation.action());
    if (!verdict.ok()) {
      out.push_back(absl::StrCat(source.path, ": an expectation ", verdict.status().message()));
      continue;
    }
    for (const std::string& text : expectation.calls()) {
      const std::string wrong = WrongAnswer(program, text, *verdict);
      if (!wrong.empty()) out.push_back(absl::StrCat(source.path, ": ", wrong));
    }
  }
}

void CheckReasons(const build::PolicySource& source, Complaints& out) {
  for (const v1::Policy::Rule& rule : source.policy.rules()) {
    if (rule.because() != kUnwritten) continue;
    out.push_back(absl::StrCat(source.path, ": the rule for \"",
                               rule.syscalls().empty() ? "" : rule.syscalls(0), "\" has no reason yet"));
  }
}

void CheckOne(const build::PolicySource& source, const build::CheckedPolicy& policy, Complaints& out) {
  const int reachable = build::CountReachable(policy);
  if (reachable > kMostReachable) {
    out.push_back(absl::StrCat(source.path, ": ", reachable, " calls can be reached; ", kMostReachable,
                               " may be (SECURITY.md, P11)"));
  }
  const absl::StatusOr<build::BpfProgram> program = build::EmitBpf(policy);
  if (!program.ok()) {
    out.push_back(absl::StrCat(source.path, ": ", program.status().message()));
  } else {
    CheckExpectations(source, *program, out);
  }
}

}  // namespace

std::vector<std::string> LintPolicies(const build::PolicySet& set) {
  Complaints complaints;
  for (const auto& [name, source] : set) CheckReasons(source, complaints);
  const absl::StatusOr<std::vector<build::CheckedPolicy>> policies = build::CheckPolicies(set);
  if (!policies.ok()) {
    complaints.emplace_back(policies.status().message());
    return complaints;
  }
  for (const build::CheckedPolicy& policy : *policies) CheckOne(set.at(policy.name), policy, complaints);
  return complaints;
}

}  // namespace jail::cli
