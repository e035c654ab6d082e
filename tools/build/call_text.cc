#include "tools/build/call_text.h"

#include <linux/audit.h>
#include <seccomp.h>
#include <string.h>

#include <iterator>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "jail/base/syscall_names.h"
#include "tools/build/policy_constants.h"

namespace jail::build {
namespace {

bool IsNumber(absl::string_view text) {
  return !text.empty() && (absl::ascii_isdigit(static_cast<unsigned char>(text[0])) || text[0] == '-');
}

absl::StatusOr<uint32_t> ParseNumber(absl::string_view name, uint32_t arch) {
  if (IsNumber(name)) {
    const absl::StatusOr<uint64_t> number = ParseConstant(name);
    if (!number.ok()) return number.status();
    return static_cast<uint32_t>(*number);
  }
  const std::string text(name);
  const int number = arch == AUDIT_ARCH_I386 ? seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86, text.c_str())
                                             : SyscallNumber(text);
  if (number >= 0) return static_cast<uint32_t>(number);
  return absl::NotFoundError(absl::StrCat("no system call \"", name, "\""));
}

absl::Status ParseArguments(absl::string_view text, seccomp_data& call) {
  if (absl::StripAsciiWhitespace(text).empty()) return absl::OkStatus();
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ',');
  if (parts.size() > std::size(call.args)) return absl::InvalidArgumentError("more than six arguments");
  for (size_t i = 0; i < parts.size(); ++i) {
    const absl::StatusOr<uint64_t> value = ParseConstant(parts[i]);
    if (!value.ok()) return value.status();
    call.args[i] = *value;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<seccomp_data> ParseCall(absl::string_view text) {
  absl::string_view rest = text;
  seccomp_data call = {};
  call.arch = absl::ConsumePrefix(&rest, "i386:") ? AUDIT_ARCH_I386 : AUDIT_ARCH_X86_64;
  const bool x32 = absl::ConsumePrefix(&rest, "x32:");
  const std::pair<absl::string_view, absl::string_view> halves =
      absl::StrSplit(rest, absl::MaxSplits('(', 1));
  absl::string_view arguments = halves.second;
  if (!absl::ConsumeSuffix(&arguments, ")")) {
    return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is not of the form name(arguments)"));
  }
  const absl::StatusOr<uint32_t> number = ParseNumber(halves.first, call.arch);
  if (!number.ok()) return number.status();
  call.nr = static_cast<int>(x32 ? *number | kX32Bit : *number);
  if (absl::Status status = ParseArguments(arguments, call); !status.ok()) return status;
  return call;
}

std::string FormatCall(const seccomp_data& call) {
  const char* name = call.arch == AUDIT_ARCH_X86_64 ? SyscallName(call.nr) : nullptr;
  std::string text = call.arch == AUDIT_ARCH_X86_64 ? "" : absl::StrFormat("arch %#x:", call.arch);
  absl::StrAppend(&text, name != nullptr ? name : absl::StrFormat("%#x", call.nr), "(");
  const char* separator = "";
  for (uint64_t argument : call.args)
    absl::StrAppendFormat(&text, "%s%#x", std::exchange(separator, ", "), argument);
  return text + ")";
}

std::string FormatVerdict(uint32_t verdict) {
  if (verdict == SECCOMP_RET_ALLOW) return "allow";
  if (verdict == SECCOMP_RET_KILL_PROCESS) return "kill";
  if (verdict == SECCOMP_RET_USER_NOTIF) return "notify";
  const char* name = strerrorname_np(static_cast<int>(verdict & SECCOMP_RET_DATA));
  const bool is_errno = (verdict & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO && name != nullptr;
  return is_errno ? name : absl::StrFormat("verdict %#x", verdict);
}

}  // namespace jail::build
