#include "jail/watch/denied.h"

#include <linux/audit.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "jail/base/errno_name.h"
#include "jail/base/syscall_names.h"
#include "jail/plan/builtin.h"
#include "jail/watch/syscall_text.h"

namespace jail::watch {
namespace {

std::string ArchName(uint32_t arch) {
  switch (arch) {
    case AUDIT_ARCH_X86_64:
      return "x86_64";
    case AUDIT_ARCH_I386:
      return "i386";
    default:
      return absl::StrCat("0x", absl::Hex(arch));
  }
}

const plan::CallNote* FindNote(const plan::CompiledPolicy* policy, int number) {
  if (policy == nullptr) return nullptr;
  const plan::CallNote* end = policy->notes + policy->note_count;
  const plan::CallNote* note = std::find_if(
      policy->notes, end, [number](const plan::CallNote& each) { return each.number == number; });
  return note == end ? nullptr : note;
}

// Only calls that have a name can be allowed: policies are written in names.
void SetReason(const std::string& policy, const char* name, int number, v1::SyscallViolation* violation) {
  const plan::CallNote* note = FindNote(plan::FindPolicy(policy.c_str()), number);
  if (note == nullptr) {
    violation->set_decided_by(absl::StrCat("policy \"", policy, "\": no rule names this call"));
    violation->set_to_allow(absl::StrCat("policy/", policy, ".textproto: rules { syscalls: \"", name,
                                         "\" action { allow: true } because: \"...\" }"));
    return;
  }
  violation->set_decided_by(absl::StrCat(
      "policy \"", policy, "\", group \"", note->group,
      "\": ", note->conditional ? "allowed, but not with such arguments: " : "refused: ", note->because));
  violation->set_to_allow(absl::StrCat(
      "the file of \"", note->group, "\" in policy/: ",
      note->conditional ? "widen the `when` of the rule that names " : "allow in the rule that names ",
      name));
}

}  // namespace

void SetDeniedCalls(const plan::RawReport& report, const std::string& policy, v1::PhaseResult* phase) {
  phase->set_denied_calls(static_cast<int64_t>(report.denied_calls));
  const int count = std::clamp(report.violation_count, 0, plan::kMaxViolations);
  for (int i = 0; i < count; ++i) {
    const plan::Violation& raw = report.violations[i];
    v1::SyscallViolation* violation = phase->add_violations();
    const char* name = raw.arch == AUDIT_ARCH_X86_64 ? SyscallName(raw.number) : nullptr;
    violation->set_syscall(name != nullptr ? name : "unknown");
    violation->set_number(raw.number);
    violation->set_arch(ArchName(raw.arch));
    for (const uint64_t arg : raw.args) violation->add_args(arg);
    violation->set_count(static_cast<int64_t>(raw.count));
    violation->set_answer(ErrnoName(raw.answer));
    violation->set_text(SyscallText(violation->syscall(), raw.args));
    if (name != nullptr) SetReason(policy, name, raw.number, violation);
  }
}

}  // namespace jail::watch
