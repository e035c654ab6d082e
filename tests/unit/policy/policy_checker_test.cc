// Bad policies are refused, and the message says where and why.
#include "tools/build/policy_checker.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jail::build {
namespace {

using ::testing::HasSubstr;

absl::StatusOr<std::vector<CheckedPolicy>> Check(const std::vector<PolicyFile>& files) {
  const absl::StatusOr<PolicySet> set = ParsePolicies(files);
  if (!set.ok()) return set.status();
  return CheckPolicies(*set);
}

std::string Message(const std::vector<PolicyFile>& files) {
  return std::string(Check(files).status().message());
}

PolicyFile PolicyP(const std::string& body) {
  return {"policy/p.textproto",
          absl::StrCat("name: 'p' description: 'd' default_action { notify: true }\n", body)};
}

PolicyFile Group(const std::string& name, const std::string& body) {
  return {absl::StrCat("policy/groups/", name, ".textproto"), absl::StrCat("name: '", name, "'\n", body)};
}

TEST(PolicyCheckerTest, TakesAGoodPolicy) {
  const auto policies =
      Check({PolicyP("includes: 'g'"),
             Group("g", "rules { syscalls: ['read', 'kill'] action { allow: true } because: 'b' }")});
  ASSERT_TRUE(policies.ok()) << policies.status();
  ASSERT_EQ(policies->size(), 1u);
  const CheckedPolicy& policy = policies->front();
  EXPECT_EQ(policy.calls.at(SYS_read).otherwise, SECCOMP_RET_ALLOW);
  EXPECT_EQ(policy.calls.at(SYS_write).otherwise, SECCOMP_RET_USER_NOTIF);
  EXPECT_EQ(CountReachable(policy), 2);
}

TEST(PolicyCheckerTest, CountsConditionalCallsAsReachable) {
  const auto policies = Check({PolicyP(R"(
      rules { syscalls: 'kill' when { arg: 0 op: OP_EQUAL values: '1' } action { allow: true } because: 'b' }
      rules { syscalls: ['kill', 'read'] action { error: 'EPERM' } because: 'b' })")});
  ASSERT_TRUE(policies.ok()) << policies.status();
  EXPECT_EQ(CountReachable(policies->front()), 1);
  EXPECT_EQ(policies->front().calls.at(SYS_kill).otherwise, SECCOMP_RET_ERRNO | EPERM);
}

TEST(PolicyCheckerTest, AGroupReachedTwiceCountsOnce) {
  EXPECT_TRUE(
      Check({PolicyP("includes: ['a', 'b']"), Group("a", "includes: 'c'"), Group("b", "includes: 'c'"),
             Group("c", "rules { syscalls: 'read' action { allow: true } because: 'b' }")})
          .ok());
}

struct BadRule {
  const char* body;
  const char* message;
};

TEST(PolicyCheckerTest, RefusesBadRules) {
  constexpr BadRule kBadRules[] = {
      {"rules { syscalls: 'raed' action { allow: true } because: 'b' }",
       "rule 1 (raed): unknown system call \"raed\""},
      {"rules { syscalls: 'read' action { allow: true } }", "rule 1 (read): has no \"because\""},
      {"rules { syscalls: 'read' because: 'b' }", "rule 1 (read): has no action"},
      {"rules { action { allow: true } because: 'b' }", "rule 1 (no call): names no system call"},
      {"rules { syscalls: 'read' action { allow: false } because: 'b' }", "\"false\" means nothing"},
      {"rules { syscalls: 'read' action { error: 'EWHAT' } because: 'b' }", "unknown error \"EWHAT\""},
      {"rules { syscalls: ['read', 'read'] action { allow: true } because: 'b' }",
       "\"read\" stands already in"},
      {"rules { syscalls: 'kill' action { allow: true } because: 'b' }"
       "rules { syscalls: 'read' action { allow: true } because: 'b' }"
       "rules { syscalls: 'read' action { kill: true } because: 'b' }",
       "rule 3 (read): \"read\" contradicts policy/p.textproto: policy \"p\", rule 2 (read)"},
      {"rules { syscalls: 'read' when { arg: 0 op: OP_EQUAL values: '1' } action { allow: true } because: "
       "'b' }"
       "rules { syscalls: 'read' action { allow: true } because: 'b' }",
       "rule 2 (read): \"read\" is allowed with and without a condition"},
      {"rules { syscalls: 'read' action { allow: true } because: 'b' }"
       "rules { syscalls: 'read' when { arg: 0 op: OP_EQUAL values: '1' } action { allow: true } because: "
       "'b' }",
       "rule 2 (read): \"read\" is allowed with and without a condition"},
      {"rules { syscalls: 'read' when { arg: 0 op: OP_EQUAL values: '1' } action { kill: true } because: 'b' "
       "}",
       "refuses by condition"},
      {"rules { syscalls: 'read' when { arg: 6 op: OP_EQUAL values: '1' } action { allow: true } because: "
       "'b' }",
       "arg is not of 0..5"},
      {"rules { syscalls: 'read' when { op: OP_EQUAL } action { allow: true } because: 'b' }",
       "has no values"},
      {"rules { syscalls: 'read' when { values: '1' } action { allow: true } because: 'b' }", "has no op"},
      {"rules { syscalls: 'read' when { op: OP_EQUAL values: 'AF_WHAT' } action { allow: true } because: 'b' "
       "}",
       "unknown constant \"AF_WHAT\""},
      {"rules { syscalls: 'read' when { op: OP_EQUAL values: ['1', '0x1'] } action { allow: true } because: "
       "'b' }",
       "a value stands twice for arg 0"},
      {"rules { syscalls: 'read' when { op: OP_EQUAL values: '-1' } action { allow: true } because: 'b' }",
       "no argument can be -1"},
      {"rules { syscalls: 'read' when { op: OP_EQUAL mask: '1' values: '1' } action { allow: true } because: "
       "'b' }",
       "a mask needs op: OP_MASKED_EQUAL"},
      {"rules { syscalls: 'read' when { op: OP_MASKED_EQUAL mask: '1' values: '2' } action { allow: true } "
       "because: 'b' }",
       "no argument can be 2"},
      {"rules { syscalls: 'read' when { op: OP_MASKED_EQUAL mask: '0x100000000' values: '0' }"
       " action { allow: true } because: 'b' }",
       "of 64 bits without wide"},
  };
  for (const BadRule& bad : kBadRules) {
    EXPECT_THAT(Message({PolicyP(bad.body)}), HasSubstr(bad.message));
    EXPECT_THAT(Message({PolicyP(bad.body)}), HasSubstr("policy/p.textproto: policy \"p\"")) << bad.message;
  }
}

TEST(PolicyCheckerTest, RefusesContradictionsAcrossGroups) {
  const std::string allow = "rules { syscalls: 'read' action { allow: true } because: 'b' }";
  const std::string kill = "rules { syscalls: 'read' action { kill: true } because: 'b' }";
  EXPECT_EQ(Message({PolicyP("includes: 'a'" + kill), Group("a", allow)}),
            "policy/p.textproto: policy \"p\", rule 1 (read): \"read\" contradicts "
            "policy/groups/a.textproto: policy \"a\", rule 1 (read)");
}

TEST(PolicyCheckerTest, RefusesIncludeCycles) {
  EXPECT_EQ(Message({PolicyP("includes: 'a'"), Group("a", "includes: 'b'"), Group("b", "includes: 'a'")}),
            "policy/groups/b.textproto: policy \"b\" includes itself: p -> a -> b -> a");
}

TEST(PolicyCheckerTest, RefusesUnknownIncludes) {
  EXPECT_EQ(Message({PolicyP("includes: 'a'")}),
            "policy/p.textproto: policy \"p\" includes \"a\", which is in no file");
}

TEST(PolicyCheckerTest, RefusesGroupsThatNobodyIncludes) {
  EXPECT_EQ(Message({PolicyP(""), Group("a", "")}),
            "policy/groups/a.textproto: a group that no policy includes");
}

TEST(PolicyCheckerTest, RefusesPoliciesThatAllowByDefault) {
  EXPECT_THAT(Message({{"policy/p.textproto", "name: 'p' description: 'd' default_action { allow: true }"}}),
              HasSubstr("policies are allow-lists"));
}

TEST(PolicyCheckerTest, RefusesBadFiles) {
  EXPECT_THAT(Message({{"policy/p.textproto", "name: 'p'\nrulez {}"}}), HasSubstr("policy/p.textproto:2: "));
  EXPECT_THAT(Message({{"policy/q.textproto", "name: 'p'"}}),
              HasSubstr("does not stand in a file of its name"));
  EXPECT_THAT(Message({{"policy/P.textproto", "name: 'P'"}}), HasSubstr("is not of the form"));
  EXPECT_THAT(Message({{"policy/p.textproto", "name: 'p' default_action { kill: true }"}}),
              HasSubstr("has no description"));
  EXPECT_THAT(Message({Group("a", ""), {"policy/a.textproto", "name: 'a'"}}), HasSubstr("stands in"));
}

}  // namespace
}  // namespace jail::build
