#include "tools/build/policy_checker.h"

#include <linux/seccomp.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "jail/base/syscall_names.h"
#include "tools/build/policy_constants.h"

namespace jail::build {
namespace {

constexpr uint64_t kLowHalf = 0xffffffff;
constexpr uint64_t kWhole = ~uint64_t{0};

absl::Status Wrong(const std::string& where, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(where, ": ", what));
}

absl::StatusOr<Verdict> ParseAction(const v1::Policy::Action& action, const std::string& where) {
  absl::StatusOr<Verdict> verdict = ActionVerdict(action);
  if (!verdict.ok()) return Wrong(where, verdict.status().message());
  return verdict;
}

absl::StatusOr<uint64_t> ParseMask(const v1::Policy::Condition& condition, const std::string& where) {
  const uint64_t reach = condition.wide() ? kWhole : kLowHalf;
  if (condition.op() == v1::Policy::Condition::OP_EQUAL) {
    if (!condition.mask().empty()) return Wrong(where, "a mask needs op: OP_MASKED_EQUAL");
    return reach;
  }
  if (condition.op() != v1::Policy::Condition::OP_MASKED_EQUAL) return Wrong(where, "a condition has no op");
  const absl::StatusOr<uint64_t> mask = ParseConstant(condition.mask());
  if (!mask.ok()) return Wrong(where, absl::StrCat("mask: ", mask.status().message()));
  if (*mask == 0 || *mask > reach) return Wrong(where, "the mask is 0, or of 64 bits without wide: true");
  return *mask;
}

absl::StatusOr<ArgTest> ParseCondition(const v1::Policy::Condition& condition, const std::string& where) {
  if (condition.arg() < 0 || condition.arg() > 5) return Wrong(where, "arg is not of 0..5");
  if (condition.values().empty()) return Wrong(where, "a condition has no values");
  const absl::StatusOr<uint64_t> mask = ParseMask(condition, where);
  if (!mask.ok()) return mask.status();
  ArgTest test{condition.arg(), *mask, {}};
  for (const std::string& text : condition.values()) {
    const absl::StatusOr<uint64_t> value = ParseConstant(text);
    if (!value.ok()) return Wrong(where, value.status().message());
    if ((*value & ~*mask) != 0) return Wrong(where, absl::StrCat("no argument can be ", text));
    test.values.push_back(*value);
  }
  std::sort(test.values.begin(), test.values.end());
  if (std::adjacent_find(test.values.begin(), test.values.end()) != test.values.end()) {
    return Wrong(where, absl::StrCat("a value stands twice for arg ", condition.arg()));
  }
  return test;
}

// What the rules met so far say about one call, and where they stand.
struct Draft {
  std::vector<Clause> clauses;
  std::optional<Verdict> otherwise;
  std::string group;
  std::string because;
  std::string clause_at;
  std::string otherwise_at;
};

class Checker {
 public:
  absl::Status AddPolicy(const PolicySource& source) {
    int index = 0;
    for (const v1::Policy::Rule& rule : source.policy.rules()) {
      const std::string where =
          absl::StrCat(source.path, ": policy \"", source.policy.name(), "\", rule ", ++index, " (",
                       rule.syscalls().empty() ? "no call" : rule.syscalls(0), ")");
      if (absl::Status status = AddRule(rule, source.policy.name(), where); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  std::map<int, CallRules> Finish(Verdict default_verdict) {
    std::map<int, CallRules> calls;
    for (int number = 0; number <= kNewestSyscall; ++number) {
      if (SyscallName(number) == nullptr) continue;
      Draft& draft = drafts_[number];
      calls[number] = {std::move(draft.clauses), draft.otherwise.value_or(default_verdict),
                       std::move(draft.group), std::move(draft.because)};
    }
    return calls;
  }

 private:
  absl::Status AddRule(const v1::Policy::Rule& rule, const std::string& group, const std::string& where) {
    if (rule.syscalls().empty()) return Wrong(where, "names no system call");
    if (rule.because().empty()) return Wrong(where, "has no \"because\"");
    const absl::StatusOr<Verdict> verdict = ParseAction(rule.action(), where);
    if (!verdict.ok()) return verdict.status();
    const absl::StatusOr<Clause> clause = ParseWhen(rule, *verdict, where);
    if (!clause.ok()) return clause.status();
    for (const std::string& name : rule.syscalls()) {
      const int number = SyscallNumber(name);
      if (number < 0) return Wrong(where, absl::StrCat("unknown system call \"", name, "\""));
      Draft& draft = drafts_[number];
      const absl::Status status = clause->tests.empty() ? AddOtherwise(draft, name, *verdict, where)
                                                        : AddClause(draft, name, *clause, where);
      if (!status.ok()) return status;
      draft.group = group;
      draft.because = rule.because();
    }
    return absl::OkStatus();
  }

  static absl::StatusOr<Clause> ParseWhen(const v1::Policy::Rule& rule, Verdict verdict,
                                          const std::string& where) {
    if (!rule.when().empty() && verdict != SECCOMP_RET_ALLOW) {
      return Wrong(where, "refuses by condition: list what is allowed, and refuse the rest without one");
    }
    Clause clause{{}, verdict};
    for (const v1::Policy::Condition& condition : rule.when()) {
      absl::StatusOr<ArgTest> test = ParseCondition(condition, where);
      if (!test.ok()) return test.status();
      clause.tests.push_back(*std::move(test));
    }
    return clause;
  }

  static absl::Status AddClause(Draft& draft, absl::string_view name, const Clause& clause,
                                const std::string& where) {
    if (draft.otherwise == SECCOMP_RET_ALLOW) return Pointless(name, where, draft.otherwise_at);
    draft.clauses.push_back(clause);
    draft.clause_at = where;
    return absl::OkStatus();
  }

  static absl::Status AddOtherwise(Draft& draft, absl::string_view name, Verdict verdict,
                                   const std::string& where) {
    if (draft.otherwise.has_value()) {
      const absl::string_view how = *draft.otherwise == verdict ? " stands already in " : " contradicts ";
      return Wrong(where, absl::StrCat("\"", name, "\"", how, draft.otherwise_at));
    }
    if (verdict == SECCOMP_RET_ALLOW && !draft.clauses.empty()) {
      return Pointless(name, where, draft.clause_at);
    }
    draft.otherwise = verdict;
    draft.otherwise_at = where;
    return absl::OkStatus();
  }

  static absl::Status Pointless(absl::string_view name, const std::string& where, const std::string& other) {
    return Wrong(where, absl::StrCat("\"", name, "\" is allowed with and without a condition; see ", other));
  }

  std::map<int, Draft> drafts_;
};

using Parts = std::vector<const PolicySource*>;

absl::StatusOr<CheckedPolicy> CheckPolicy(const PolicySource& source, const Parts& parts) {
  const std::string where = absl::StrCat(source.path, ": policy \"", source.policy.name(), "\"");
  if (source.policy.description().empty()) return Wrong(where, "has no description");
  const absl::StatusOr<Verdict> verdict = ParseAction(source.policy.default_action(), where);
  if (!verdict.ok()) return verdict.status();
  if (*verdict == SECCOMP_RET_ALLOW) return Wrong(where, "default_action allows: policies are allow-lists");
  Checker checker;
  for (const PolicySource* part : parts) {
    if (absl::Status status = checker.AddPolicy(*part); !status.ok()) return status;
  }
  return CheckedPolicy{source.policy.name(), source.policy.description(), checker.Finish(*verdict)};
}

}  // namespace

absl::StatusOr<Verdict> ActionVerdict(const v1::Policy::Action& action) {
  switch (action.kind_case()) {
    case v1::Policy::Action::kError: {
      const absl::StatusOr<int> error = ParseErrno(action.error());
      if (!error.ok()) return error.status();
      return SECCOMP_RET_ERRNO | static_cast<Verdict>(*error);
    }
    case v1::Policy::Action::kAllow:
      if (action.allow()) return SECCOMP_RET_ALLOW;
      break;
    case v1::Policy::Action::kKill:
      if (action.kill()) return SECCOMP_RET_KILL_PROCESS;
      break;
    case v1::Policy::Action::kNotify:
      if (action.notify()) return SECCOMP_RET_USER_NOTIF;
      break;
    case v1::Policy::Action::KIND_NOT_SET:
      return absl::InvalidArgumentError("has no action");
  }
  return absl::InvalidArgumentError("an action is chosen by \"true\"; \"false\" means nothing");
}

bool CallRules::reachable() const {
  return otherwise == SECCOMP_RET_ALLOW ||
         std::any_of(clauses.begin(), clauses.end(),
                     [](const Clause& clause) { return clause.verdict == SECCOMP_RET_ALLOW; });
}

absl::StatusOr<std::vector<CheckedPolicy>> CheckPolicies(const PolicySet& set) {
  std::vector<CheckedPolicy> all;
  std::set<const PolicySource*> used;
  for (const auto& [name, source] : set) {
    if (!source.policy.has_default_action()) continue;
    const absl::StatusOr<Parts> parts = ResolveIncludes(set, name);
    if (!parts.ok()) return parts.status();
    absl::StatusOr<CheckedPolicy> policy = CheckPolicy(source, *parts);
    if (!policy.ok()) return policy.status();
    all.push_back(*std::move(policy));
    used.insert(parts->begin(), parts->end());
  }
  for (const auto& [name, source] : set) {
    if (used.count(&source) == 0) return Wrong(source.path, "a group that no policy includes");
  }
  return all;
}

int CountReachable(const CheckedPolicy& policy) {
  return static_cast<int>(std::count_if(policy.calls.begin(), policy.calls.end(),
                                        [](const auto& call) { return call.second.reachable(); }));
}

}  // namespace jail::build
