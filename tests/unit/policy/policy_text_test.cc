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

}  // namespace
}  // namespace jail::cli
