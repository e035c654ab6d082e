#include "tools/jailrun/policy/policy_command.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "tools/jailrun/exit_status.h"
#include "tools/jailrun/files.h"
#include "tools/jailrun/policy/policy.h"
#include "tools/jailrun/record_text.h"
#include "tools/jailrun/say.h"

namespace jail::cli {
namespace {

constexpr size_t kMaxPolicyBytes = size_t{1} << 20;
constexpr size_t kMaxTraceBytes = size_t{256} << 20;
constexpr absl::string_view kDefaultPolicy = "default";

using Operands = absl::Span<const std::string>;

std::string PolicyName(const CommandLine& line) {
  return line.policy.empty() ? std::string(kDefaultPolicy) : line.policy;
}

absl::StatusOr<std::vector<build::PolicyFile>> ReadPolicies(Operands paths) {
  std::vector<build::PolicyFile> files;
  for (const std::string& path : paths) {
    JAIL_ASSIGN_OR_RETURN(std::string text, ReadSource(path, kMaxPolicyBytes));
    files.push_back({path, std::move(text)});
  }
  return files;
}

absl::StatusOr<int> ShowVerb(const CommandLine& line, Operands names) {
  JAIL_ASSIGN_OR_RETURN(const build::PolicySet set, LoadPolicies({}));
  if (names.size() > 1) return absl::InvalidArgumentError(absl::StrCat("unexpected ", Quoted(names[1])));
  if (line.json.wanted()) {
    const std::string name = names.empty() ? PolicyName(line) : names[0];
    if (set.count(name) == 0) return ShowPolicy(set, name).status();
    JAIL_ASSIGN_OR_RETURN(const std::string json, ToJson(set.at(name).policy));
    return Show(json);
  }
  JAIL_ASSIGN_OR_RETURN(const std::string text,
                        names.empty() ? ListPolicies(set) : ShowPolicy(set, names[0]));
  return Show(text);
}

absl::StatusOr<int> CheckVerb(const CommandLine& line, Operands calls) {
  if (calls.empty()) return absl::InvalidArgumentError("no call: 'socket(AF_INET, SOCK_RAW)', 'ptrace()'");
  JAIL_ASSIGN_OR_RETURN(const build::PolicySet set, LoadPolicies({}));
  JAIL_ASSIGN_OR_RETURN(const CheckedCalls checked,
                        CheckCalls(set, PolicyName(line), {calls.begin(), calls.end()}));
  const int shown = Show(checked.text);
  if (shown != kExitOk) return shown;
  return checked.all_allowed ? kExitOk : kExitCheckFailed;
}

absl::StatusOr<int> LintVerb(const CommandLine&, Operands paths) {
  JAIL_ASSIGN_OR_RETURN(const std::vector<build::PolicyFile> files, ReadPolicies(paths));
  JAIL_ASSIGN_OR_RETURN(const build::PolicySet set, LoadPolicies(files));
  const std::vector<std::string> complaints = LintPolicies(set);
  std::string text;
  for (const std::string& complaint : complaints) absl::StrAppend(&text, complaint, "\n");
  const int shown = Show(text.empty() ? "the policies hold together\n" : text);
  if (shown != kExitOk) return shown;
  return complaints.empty() ? kExitOk : kExitCheckFailed;
}

absl::StatusOr<int> LearnLeast(const CommandLine& line, Operands paths) {
  if (paths.empty())
    return absl::InvalidArgumentError("no trace: strace -ff -o trace jailrun ... writes some");
  std::vector<std::string> traces;
  for (const std::string& path : paths) {
    JAIL_ASSIGN_OR_RETURN(std::string text, ReadSource(path, kMaxTraceBytes));
    traces.push_back(std::move(text));
  }
  JAIL_ASSIGN_OR_RETURN(const std::string diff, LeastFor(BuiltinPolicies(), traces, PolicyName(line)));
  return Show(diff);
}

absl::StatusOr<int> LearnVerb(const CommandLine& line, Operands paths) {
  if (line.least) return LearnLeast(line, paths);
  if (paths.empty()) return absl::InvalidArgumentError("no record: jailrun --record FILE writes one");
  std::vector<v1::ResultRecord> records;
  for (const std::string& path : paths) {
    JAIL_ASSIGN_OR_RETURN(v1::ResultRecord record, ReadRecord(path));
    records.push_back(std::move(record));
  }
  JAIL_ASSIGN_OR_RETURN(const std::string diff, LearnFrom(BuiltinPolicies(), records, PolicyName(line)));
  return Show(diff);
}

struct Verb {
  absl::string_view name;
  absl::StatusOr<int> (*run)(const CommandLine& line, Operands operands);
};
constexpr Verb kVerbs[] = {
    {"show", ShowVerb},
    {"check", CheckVerb},
    {"lint", LintVerb},
    {"learn", LearnVerb},
};

absl::StatusOr<int> RunVerb(const CommandLine& line) {
  const std::string& word = line.operands.front();
  std::vector<absl::string_view> names;
  for (const Verb& verb : kVerbs) {
    if (verb.name == word) return verb.run(line, Operands(line.operands).subspan(1));
    names.push_back(verb.name);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("policy ", Quoted(word), " is not show, check, lint or learn", DidYouMean(word, names)));
}

}  // namespace

int PolicyCommand(const CommandLine& line) {
  const absl::StatusOr<int> status = RunVerb(line);
  if (status.ok()) return *status;
  Complain(status.status().message());
  return kExitUsage;
}

}  // namespace jail::cli
