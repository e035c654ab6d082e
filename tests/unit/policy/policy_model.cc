#include "tests/unit/policy/policy_model.h"

#include <errno.h>
#include <linux/audit.h>
#include <string.h>

#include <algorithm>

#include "jail/base/syscall_names.h"
#include "tools/build/policy_constants.h"

namespace jail::testlib {
namespace {

uint64_t Constant(const std::string& text) { return build::ParseConstant(text).value(); }

bool Holds(const v1::Policy::Condition& condition, const seccomp_data& call) {
  uint64_t argument = call.args[condition.arg()];
  if (!condition.wide()) argument = static_cast<uint32_t>(argument);
  if (condition.op() == v1::Policy::Condition::OP_MASKED_EQUAL) argument &= Constant(condition.mask());
  return std::any_of(condition.values().begin(), condition.values().end(),
                     [&](const std::string& value) { return argument == Constant(value); });
}

bool AllHold(const v1::Policy::Rule& rule, const seccomp_data& call) {
  return std::all_of(rule.when().begin(), rule.when().end(),
                     [&](const v1::Policy::Condition& condition) { return Holds(condition, call); });
}

}  // namespace

uint32_t ActionVerdict(const v1::Policy::Action& action) {
  if (action.allow()) return SECCOMP_RET_ALLOW;
  if (action.kill()) return SECCOMP_RET_KILL_PROCESS;
  if (action.notify()) return SECCOMP_RET_USER_NOTIF;
  return SECCOMP_RET_ERRNO | static_cast<uint32_t>(build::ParseErrno(action.error()).value());
}

PolicyModel::PolicyModel(const build::PolicySet& set, const std::string& name)
    : policy_(&set.at(name).policy) {
  Collect(set, name);
}

void PolicyModel::Collect(const build::PolicySet& set, const std::string& name) {
  if (std::find(seen_.begin(), seen_.end(), name) != seen_.end()) return;
  seen_.push_back(name);
  const v1::Policy& policy = set.at(name).policy;
  for (const std::string& next : policy.includes()) Collect(set, next);
  for (const v1::Policy::Rule& rule : policy.rules()) rules_.push_back(&rule);
}

std::vector<const v1::Policy::Rule*> PolicyModel::RulesOf(const std::string& call) const {
  std::vector<const v1::Policy::Rule*> found;
  for (const v1::Policy::Rule* rule : rules_) {
    const auto& names = rule->syscalls();
    if (std::find(names.begin(), names.end(), call) != names.end()) found.push_back(rule);
  }
  return found;
}

uint32_t PolicyModel::Verdict(const seccomp_data& call) const {
  if (call.arch != AUDIT_ARCH_X86_64) return SECCOMP_RET_KILL_PROCESS;
  const auto number = static_cast<uint32_t>(call.nr);
  if (number != 0xffffffff && (number & 0x40000000) != 0) return SECCOMP_RET_KILL_PROCESS;
  const char* name = SyscallName(call.nr);
  if (name == nullptr) return SECCOMP_RET_ERRNO | ENOSYS;
  const std::vector<const v1::Policy::Rule*> rules = RulesOf(name);
  for (const v1::Policy::Rule* rule : rules) {
    if (!rule->when().empty() && AllHold(*rule, call)) return ActionVerdict(rule->action());
  }
  for (const v1::Policy::Rule* rule : rules) {
    if (rule->when().empty()) return ActionVerdict(rule->action());
  }
  return ActionVerdict(policy_->default_action());
}

}  // namespace jail::testlib
