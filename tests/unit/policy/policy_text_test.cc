// `jailrun policy`: what is built in, what it answers, and what runs teach.
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/jailrun/policy/policy.h"

namespace jail::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

build::PolicySet Shipped() { return LoadPolicies({}).value(); }

TEST(PolicyTextTest, BuiltInIsWhatTheSourceTreeHolds) {
  const std::vector<build::PolicyFile> files = BuiltinPolicies();
  EXPECT_GE(files.size(), 10U);
  for (const build::PolicyFile& file : files) {
    std::stringstream text;
    text << std::ifstream(absl::StrCat(JAIL_POLICY_DIR, "/../", file.path)).rdbuf();
    EXPECT_EQ(file.text, text.str()) << file.path;
  }
}

TEST(PolicyTextTest, ListsPoliciesWithTheCallsThatCanBeReached) {
  EXPECT_THAT(ListPolicies(Shipped()).value(),
              AllOf(HasSubstr("default"), HasSubstr("compile"), HasSubstr("init")));
}

TEST(PolicyTextTest, ShowsRulesWithConditionsAndReasons) {
  const std::string text = ShowPolicy(Shipped(), "default").value();
  EXPECT_THAT(text, HasSubstr("policy/groups/network.textproto"));
  EXPECT_THAT(text, HasSubstr("socket when arg 0 = AF_UNIX and arg 1 & 0xf of SOCK_STREAM, SOCK_DGRAM"));
  EXPECT_THAT(text, HasSubstr("# local sockets between the program's own processes"));
}

TEST(PolicyTextTest, SaysWhichPolicyWasMeant) {
  EXPECT_THAT(ShowPolicy(Shipped(), "defualt").status().message(), HasSubstr("did you mean \"default\""));
}

TEST(CheckCallsTest, NamesAnswerAndRule) {
  const CheckedCalls checked =
      CheckCalls(Shipped(), "default", {"read()", "socket(AF_NETLINK)", "ptrace()", "i386:execve()"}).value();
  EXPECT_FALSE(checked.all_allowed);
  const std::vector<std::string> lines = absl::StrSplit(checked.text, '\n', absl::SkipEmpty());
  EXPECT_THAT(
      lines, ElementsAre(AllOf(HasSubstr("allow"), HasSubstr("\"files\"")),
                         AllOf(HasSubstr("EAFNOSUPPORT"), HasSubstr("\"network\": not with these arguments")),
                         AllOf(HasSubstr("notify"), HasSubstr("no rule of policy \"default\"")),
                         AllOf(HasSubstr("kill"), HasSubstr("only x86_64"))));
  EXPECT_TRUE(CheckCalls(Shipped(), "default", {"read()"}).value().all_allowed);
  EXPECT_FALSE(CheckCalls(Shipped(), "default", {"raed()"}).ok());
}

TEST(LintTest, ShippedPoliciesHoldTogether) { EXPECT_THAT(LintPolicies(Shipped()), IsEmpty()); }

constexpr char kPolicy[] = R"text(name: "p"
description: "for a test"
includes: ["g"]
default_action { notify: true }
rules { syscalls: ["read"] action { allow: true } because: "reads" }
expectations { calls: ["read()"] action {
allow:
  true
}
}
)text";
constexpr char kGroup[] = R"text(name: "g"
rules {
  syscalls: ["clone"]
  when { arg: 0 op: OP_EQUAL values: ["SIGCHLD"] }
  action { allow: true }
  because: "fork"
}
)text";

std::vector<build::PolicyFile> Small(const std::string& policy = kPolicy) {
  return {{"policy/groups/g.textproto", kGroup}, {"policy/p.textproto", policy}};
}

TEST(LintTest, FindsWhatIsNotAsExpected) {
  const auto set = build::ParsePolicies(
      Small(absl::StrReplaceAll(kPolicy, {{"calls: [\"read()\"", "calls: [\"write()\""}})));
  EXPECT_THAT(LintPolicies(*set),
              ElementsAre(HasSubstr("expects allow for write(), but its rules say notify")));
}

TEST(LintTest, FindsAPolicyThatSaysNotWhatItIsFor) {
  const std::string text = kPolicy;
  const auto set = build::ParsePolicies(Small(text.substr(0, text.find("expectations"))));
  EXPECT_THAT(LintPolicies(*set), ElementsAre(HasSubstr("no expectation")));
}

v1::ResultRecord Refused(const std::vector<std::pair<int, uint64_t>>& calls) {
  v1::ResultRecord record;
  v1::PhaseResult* phase = record.add_phases();
  for (const auto& [number, first] : calls) {
    v1::SyscallViolation* violation = phase->add_violations();
    violation->set_arch("x86_64");
    violation->set_number(number);
    for (const uint64_t arg : {first, uint64_t{7}, uint64_t{7}}) violation->add_args(arg);
  }
  return record;
}

// What patch(1) does with hunks that only add to the end of a file.
std::vector<build::PolicyFile> Patched(std::vector<build::PolicyFile> files, const std::string& diff) {
  build::PolicyFile* file = nullptr;
  for (absl::string_view line : absl::StrSplit(diff, '\n')) {
    if (absl::StartsWith(line, "+++ b/")) {
      for (build::PolicyFile& each : files) {
        if (each.path == line.substr(6)) file = &each;
      }
    } else if (absl::StartsWith(line, "+") && file != nullptr) {
      absl::StrAppend(&file->text, line.substr(1), "\n");
    }
  }
  return files;
}

constexpr int kClone = 56, kPtrace = 101;

TEST(LearnTest, AllowsWhatWasRefusedAndNoMore) {
  const std::string diff = LearnFrom(Small(), {Refused({{kPtrace, 0}, {kClone, 0x11 | 0x100}})}, "p").value();
  EXPECT_THAT(diff,
              AllOf(HasSubstr("+++ b/policy/p.textproto"), HasSubstr("+++ b/policy/groups/g.textproto")));
  const auto set = build::ParsePolicies(Patched(Small(), diff));
  ASSERT_TRUE(set.ok()) << set.status() << diff;
  EXPECT_TRUE(
      CheckCalls(*set, "p", {"ptrace()", "clone(0x111)", "clone(SIGCHLD)", "read()"}).value().all_allowed);
  EXPECT_FALSE(CheckCalls(*set, "p", {"clone(0x211)"}).value().all_allowed);
}

TEST(LearnTest, LeavesTheReasonToAPerson) {
  const auto files = Patched(Small(), LearnFrom(Small(), {Refused({{kPtrace, 0}})}, "p").value());
  EXPECT_THAT(LintPolicies(*build::ParsePolicies(files)),
              ElementsAre(HasSubstr("\"ptrace\" has no reason yet")));
}

TEST(LearnTest, SaysTheSameOnlyOnce) {
  const auto record = Refused({{kPtrace, 0}, {kPtrace, 1}});
  const std::string diff = LearnFrom(Small(), {record, record}, "p").value();
  EXPECT_EQ(diff.find("syscalls: [\"ptrace\"]"), diff.rfind("syscalls: [\"ptrace\"]"));
}

TEST(LearnTest, HasNothingToSayOfARunThatWasRefusedNothing) {
  EXPECT_EQ(LearnFrom(Small(), {Refused({})}, "p").value(), "");
  EXPECT_THAT(LearnFrom(Small(), {}, "q").status().message(), HasSubstr("no policy \"q\""));
}

TEST(LearnTest, DoesNotContradictARuleThatRefuses) {
  const std::string text =
      absl::StrCat(kPolicy, "rules { syscalls: [\"ptrace\"] action { notify: true } because: \"never\" }\n");
  EXPECT_THAT(LearnFrom(Small(text), {Refused({{kPtrace, 0}})}, "p").status().message(),
              HasSubstr("policy/p.textproto: \"ptrace\" is refused by a rule of its own"));
}

TEST(LearnTest, CannotAllowWhatHasNoName) {
  v1::ResultRecord record = Refused({{1000, 0}, {kPtrace, 0}});
  record.mutable_phases(0)->mutable_violations(1)->set_arch("i386");
  EXPECT_EQ(LearnFrom(Small(), {record}, "p").value(), "");
}

// --- learn --least ---

// What patch(1) does, by line numbers and with the context checked.
std::string PatchedText(const std::string& text, const std::string& diff) {
  const std::vector<std::string> old_lines = absl::StrSplit(text, '\n');
  std::string patched;
  size_t at = 0;
  for (const absl::string_view line : absl::StrSplit(diff, '\n', absl::SkipEmpty())) {
    if (absl::StartsWith(line, "---") || absl::StartsWith(line, "+++")) continue;
    if (absl::StartsWith(line, "@@ -")) {
      const size_t first = std::stoul(std::string(line.substr(4)));
      for (; at + 1 < first; ++at) absl::StrAppend(&patched, old_lines.at(at), "\n");
    } else if (line[0] == '+') {
      absl::StrAppend(&patched, line.substr(1), "\n");
    } else {
      EXPECT_EQ(line.substr(1), old_lines.at(at)) << "line " << at + 1;
      if (line[0] == ' ') absl::StrAppend(&patched, line.substr(1), "\n");
      ++at;
    }
  }
  for (; at + 1 < old_lines.size(); ++at) absl::StrAppend(&patched, old_lines[at], "\n");
  return patched;
}

// Each file's part of the diff applied to it.
std::vector<build::PolicyFile> PatchedAll(std::vector<build::PolicyFile> files, const std::string& diff) {
  for (const absl::string_view part : absl::StrSplit(diff, "--- a/", absl::SkipEmpty())) {
    for (build::PolicyFile& file : files) {
      if (absl::StartsWith(part, file.path + "\n")) {
        file.text = PatchedText(file.text, std::string(part.substr(part.find("@@ -"))));
      }
    }
  }
  return files;
}

constexpr char kTrace[] =
    "execve(\"/usr/bin/x\", ...) = 0\n"
    "seccomp(SECCOMP_SET_MODE_FILTER, 0, ...) = 0\n"
    "1234  read(0, \"\", 10) = 0\n"
    "[pid   77] exit_group(0) = ?\n"
    "+++ exited with 0 +++\n";

TEST(LeastTest, LeavesWhatWasCalledAndRefusesTheRest) {
  const auto files = PatchedAll(BuiltinPolicies(), LeastFor(BuiltinPolicies(), {kTrace}, "default").value());
  const auto set = build::ParsePolicies(files);
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_TRUE(CheckCalls(*set, "default", {"read()", "exit_group()"}).value().all_allowed);
  for (const char* call : {"write()", "execve()", "socket(AF_UNIX, SOCK_STREAM)", "mmap()"}) {
    EXPECT_FALSE(CheckCalls(*set, "default", {call}).value().all_allowed) << call;
  }
  EXPECT_EQ(build::CountReachable(FindChecked(*set, "default").value()), 2);
  EXPECT_EQ(LeastFor(files, {kTrace}, "default").value(), "") << "nothing more to take";
}

TEST(LeastTest, WhatIsLeftHoldsTogether) {
  std::string trace = "seccomp(SECCOMP_SET_MODE_FILTER)\n";
  for (const char* call :
       {"read", "write", "openat", "execve", "mmap", "madvise", "futex", "kill", "fcntl"}) {
    absl::StrAppend(&trace, call, "(1) = 0\n");
  }
  const auto files = PatchedAll(BuiltinPolicies(), LeastFor(BuiltinPolicies(), {trace}, "default").value());
  const auto set = build::ParsePolicies(files);
  ASSERT_TRUE(set.ok()) << set.status();
  for (const std::string& complaint : LintPolicies(*set)) {
    EXPECT_THAT(complaint, Not(HasSubstr("\"default\""))) << "other policies share its groups";
  }
  EXPECT_FALSE(CheckCalls(*set, "default", {"madvise(0, 0, MADV_MERGEABLE)"}).value().all_allowed);
}

TEST(LeastTest, RefusesTracesThatSayNothing) {
  EXPECT_THAT(LeastFor(BuiltinPolicies(), {"no call here\n"}, "default").status().message(),
              HasSubstr("name no system call"));
  EXPECT_THAT(
      LeastFor(BuiltinPolicies(), {"seccomp(SECCOMP_SET_MODE_FILTER, 0"}, "default").status().message(),
      HasSubstr("name no system call"))
      << "cut short";
  EXPECT_THAT(LeastFor(BuiltinPolicies(), {kTrace}, "defalt").status().message(), HasSubstr("did you mean"));
}

}  // namespace
}  // namespace jail::cli
