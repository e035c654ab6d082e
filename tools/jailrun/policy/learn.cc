// From what runs were refused to the change that would allow it, for a person to read and to justify.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "jail/base/status_macros.h"
#include "jail/base/syscall_names.h"
#include "tools/build/policy_checker.h"
#include "tools/jailrun/policy/policy.h"

namespace jail::cli {
namespace {

constexpr size_t kLinesBefore = 3;

using Args = std::vector<uint64_t>;
// What was refused, by number; each with the different arguments that the policy looks at.
using Refused = std::map<int, std::set<Args>>;

// The positions that any clause tests; none when the call is judged by its number alone.
std::set<int> TestedArgs(const build::CallRules& rules) {
  std::set<int> tested;
  for (const build::Clause& clause : rules.clauses) {
    for (const build::ArgTest& test : clause.tests) tested.insert(test.arg);
  }
  return tested;
}

bool IsWide(const build::CallRules& rules, int arg) {
  for (const build::Clause& clause : rules.clauses) {
    for (const build::ArgTest& test : clause.tests) {
      if (test.arg == arg && test.mask > UINT32_MAX) return true;
    }
  }
  return false;
}

void Collect(const v1::PhaseResult& phase, const build::CheckedPolicy& policy, Refused& refused) {
  for (const v1::SyscallViolation& violation : phase.violations()) {
    const auto found = policy.calls.find(violation.number());
    if (violation.arch() != "x86_64" || found == policy.calls.end())
      continue;  // Has no name: cannot be allowed.
    Args args;
    for (const int arg : TestedArgs(found->second)) {
      if (arg >= violation.args_size()) continue;
      args.push_back(violation.args(arg) & (IsWide(found->second, arg) ? ~uint64_t{0} : UINT32_MAX));
    }
    refused[violation.number()].insert(args);
  }
}

std::string Hex(uint64_t value) { return absl::StrCat("0x", absl::Hex(value)); }

std::vector<std::string> RuleLines(const std::string& name, const build::CallRules& rules, const Args& args) {
  std::vector<std::string> lines = {"rules {", absl::StrCat("  syscalls: [\"", name, "\"]")};
  size_t i = 0;
  for (const int arg : TestedArgs(rules)) {
    if (i == args.size()) break;
    lines.push_back(absl::StrCat("  when { arg: ", arg, " op: OP_EQUAL values: [\"", Hex(args[i++]), "\"]",
                                 IsWide(rules, arg) ? " wide: true" : "", " }"));
  }
  lines.insert(lines.end(),
               {"  action { allow: true }", absl::StrCat("  because: \"", kUnwritten, "\""), "}"});
  return lines;
}

// "socket(0x10, 0x3)": with 0 for what nobody looks at.
std::string CallText(const std::string& name, const build::CallRules& rules, const Args& args) {
  std::vector<std::string> words;
  size_t i = 0;
  for (const int arg : TestedArgs(rules)) {
    if (i == args.size()) break;
    words.resize(static_cast<size_t>(arg), "0");
    words.push_back(Hex(args[i++]));
  }
  return absl::StrCat(name, "(", absl::StrJoin(words, ", "), ")");
}

// The lines that come to the end of a file.
std::string AppendDiff(const build::PolicyFile& file, const std::vector<std::string>& added) {
  std::vector<absl::string_view> lines = absl::StrSplit(file.text, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  const size_t context = std::min(kLinesBefore, lines.size());
  const size_t first = lines.size() - context + 1;
  std::string diff = absl::StrCat("--- a/", file.path, "\n+++ b/", file.path, "\n@@ -", first, ",", context,
                                  " +", first, ",", context + added.size(), " @@\n");
  for (size_t i = lines.size() - context; i < lines.size(); ++i) absl::StrAppend(&diff, " ", lines[i], "\n");
  for (const std::string& line : added) absl::StrAppend(&diff, "+", line, "\n");
  return diff;
}

void Append(const std::vector<std::string>& more, std::vector<std::string>& lines) {
  lines.insert(lines.end(), more.begin(), more.end());
}

}  // namespace

absl::StatusOr<std::string> LearnFrom(const std::vector<build::PolicyFile>& files,
                                      const std::vector<v1::ResultRecord>& records, const std::string& name) {
  JAIL_ASSIGN_OR_RETURN(const build::PolicySet set, build::ParsePolicies(files));
  JAIL_ASSIGN_OR_RETURN(const build::CheckedPolicy policy, FindChecked(set, name));
  Refused refused;
  for (const v1::ResultRecord& record : records) {
    for (const v1::PhaseResult& phase : record.phases()) Collect(phase, policy, refused);
  }
  std::map<std::string, std::vector<std::string>> added;  // By path.
  std::vector<std::string> expected;
  for (const auto& [number, all_args] : refused) {
    const build::CallRules& rules = policy.calls.at(number);
    const build::PolicySource& owner = set.at(rules.group.empty() ? name : rules.group);
    if (rules.clauses.empty() && !rules.group.empty()) {
      return absl::FailedPreconditionError(absl::StrCat(
          owner.path, ": \"", SyscallName(number), "\" is refused by a rule of its own: change that one"));
    }
    for (const Args& args : all_args) {
      Append(RuleLines(SyscallName(number), rules, args), added[owner.path]);
      expected.push_back(absl::StrCat("\"", CallText(SyscallName(number), rules, args), "\""));
    }
  }
  if (expected.empty()) return "";
  Append(
      {absl::StrCat("expectations { calls: [", absl::StrJoin(expected, ", "), "] action { allow: true } }")},
      added[set.at(name).path]);
  std::string diff;
  for (const build::PolicyFile& file : files) {
    if (const auto found = added.find(file.path); found != added.end())
      diff += AppendDiff(file, found->second);
  }
  return diff;
}

}  // namespace jail::cli
