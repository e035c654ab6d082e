// The listing and reading half of policy.h.
#include <linux/audit.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "tools/build/bpf_evaluator.h"
#include "tools/build/call_text.h"
#include "tools/build/policy_checker.h"
#include "tools/build/policy_emitter.h"
#include "tools/jailrun/policy/policy.h"
#include "tools/jailrun/table.h"

namespace jail::cli {
namespace {

using Condition = v1::Policy::Condition;

constexpr size_t kTextColumn = 15;

std::string ActionText(const v1::Policy::Action& action) {
  const absl::StatusOr<build::Verdict> verdict = build::ActionVerdict(action);
  return verdict.ok() ? build::FormatVerdict(*verdict) : "?";
}

std::string ConditionText(const Condition& condition) {
  const bool masked = condition.op() == Condition::OP_MASKED_EQUAL;
  return absl::StrCat("arg ", condition.arg(), masked ? absl::StrCat(" & ", condition.mask()) : "",
                      condition.values_size() == 1 ? " = " : " of ", absl::StrJoin(condition.values(), ", "));
}

std::string RuleText(const v1::Policy::Rule& rule) {
  std::string head = absl::StrCat("  ", ActionText(rule.action()));
  head.resize(std::max(head.size() + 1, kTextColumn), ' ');
  std::string what = absl::StrJoin(rule.syscalls(), ", ");
  const char* separator = " when ";
  for (const Condition& condition : rule.when()) {
    absl::StrAppend(&what, std::exchange(separator, " and "), ConditionText(condition));
  }
  const std::string indent(kTextColumn, ' ');
  return absl::StrCat(head, Wrap(what, kTextColumn), "\n", indent,
                      Wrap(absl::StrCat("# ", rule.because()), kTextColumn), "\n");
}

std::string PartText(const build::PolicySource& part) {
  std::string text = absl::StrCat("\n", part.path, "\n");
  for (const v1::Policy::Rule& rule : part.policy.rules()) text += RuleText(rule);
  return text;
}

absl::Status NoPolicy(const build::PolicySet& set, const std::string& name) {
  std::vector<absl::string_view> names;
  for (const auto& [each, source] : set) names.push_back(each);
  return absl::NotFoundError(absl::StrCat("there is no policy ", Quoted(name), DidYouMean(name, names)));
}

// "allow", "EPERM   group "habits": ..."
std::string Decision(const build::CheckedPolicy& policy, const seccomp_data& call, uint32_t verdict) {
  if (call.arch != AUDIT_ARCH_X86_64) return "only x86_64 calls are answered";
  const auto found = policy.calls.find(call.nr);
  if (found == policy.calls.end()) return "no call has this number";
  const build::CallRules& rules = found->second;
  if (rules.group.empty()) return absl::StrCat("no rule of policy \"", policy.name, "\" names it");
  const bool by_condition = !rules.clauses.empty();
  const char* how = !by_condition                  ? ""
                    : verdict == SECCOMP_RET_ALLOW ? "with these arguments: "
                                                   : "not with these arguments: ";
  return absl::StrCat("\"", rules.group, "\": ", how, rules.because);
}

}  // namespace

absl::StatusOr<build::CheckedPolicy> FindChecked(const build::PolicySet& set, const std::string& name) {
  JAIL_ASSIGN_OR_RETURN(std::vector<build::CheckedPolicy> policies, build::CheckPolicies(set));
  for (build::CheckedPolicy& policy : policies) {
    if (policy.name == name) return std::move(policy);
  }
  return NoPolicy(set, name);
}

absl::StatusOr<build::PolicySet> LoadPolicies(const std::vector<build::PolicyFile>& changed) {
  JAIL_ASSIGN_OR_RETURN(build::PolicySet set, build::ParsePolicies(BuiltinPolicies()));
  JAIL_ASSIGN_OR_RETURN(build::PolicySet own, build::ParsePolicies(changed));
  for (auto& [name, source] : own) set[name] = std::move(source);
  return set;
}

absl::StatusOr<std::string> ListPolicies(const build::PolicySet& set) {
  JAIL_ASSIGN_OR_RETURN(const std::vector<build::CheckedPolicy> policies, build::CheckPolicies(set));
  Table table(0);
  table.Row({"POLICY", "CALLS", "ANY OTHER", "FOR"});
  for (const build::CheckedPolicy& policy : policies) {
    const v1::Policy& source = set.at(policy.name).policy;
    table.Row({policy.name, absl::StrCat(build::CountReachable(policy)), ActionText(source.default_action()),
               policy.description});
  }
  return table.Text();
}

absl::StatusOr<std::string> ShowPolicy(const build::PolicySet& set, const std::string& name) {
  const auto found = set.find(name);
  if (found == set.end()) return NoPolicy(set, name);
  const v1::Policy& policy = found->second.policy;
  if (!policy.has_default_action()) return absl::StrCat("group \"", name, "\"\n", PartText(found->second));
  JAIL_ASSIGN_OR_RETURN(const build::CheckedPolicy checked, FindChecked(set, name));
  JAIL_ASSIGN_OR_RETURN(const auto parts, build::ResolveIncludes(set, name));
  std::string text =
      absl::StrCat("policy \"", name, "\": ", policy.description(), "\n", build::CountReachable(checked),
                   " calls can be reached. Any other call: ", ActionText(policy.default_action()),
                   ". Unknown numbers: ENOSYS. Other entries into the kernel (i386, x32): kill.\n",
                   "notify: refused, and told in the record.\n");
  for (const build::PolicySource* part : parts) {
    if (!part->policy.rules().empty()) text += PartText(*part);
  }
  return text;
}

absl::StatusOr<CheckedCalls> CheckCalls(const build::PolicySet& set, const std::string& name,
                                        const std::vector<std::string>& calls) {
  JAIL_ASSIGN_OR_RETURN(const build::CheckedPolicy policy, FindChecked(set, name));
  JAIL_ASSIGN_OR_RETURN(const build::BpfProgram program, build::EmitBpf(policy));
  Table table(0);
  bool all_allowed = true;
  for (const std::string& text : calls) {
    JAIL_ASSIGN_OR_RETURN(const seccomp_data call, build::ParseCall(text));
    JAIL_ASSIGN_OR_RETURN(const build::BpfResult result, build::EvaluateBpf(program, call));
    all_allowed = all_allowed && result.verdict == SECCOMP_RET_ALLOW;
    table.Row({text, build::FormatVerdict(result.verdict), Decision(policy, call, result.verdict)});
  }
  return CheckedCalls{table.Text(), all_allowed};
}

}  // namespace jail::cli
