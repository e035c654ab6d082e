#include "jail/call/spec.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jail/call/json.h"

namespace jail::call {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

v1::CallSpec MakeSpec(const std::string& language, const std::string& code) {
  v1::CallSpec spec;
  spec.set_language(language);
  spec.set_code(code);
  return spec;
}

std::string Why(const v1::CallSpec& spec) { return std::string(Prepare(spec).status().message()); }

TEST(PrepareTest, TheFirstFrameHoldsAllThatTheShimNeeds) {
  v1::CallSpec spec = MakeSpec("js", "```js\ninput\n```");
  spec.set_input_json(" { \"a\": 1.50 } ");
  (*spec.mutable_globals())["limit"] = "[ 1 ]";
  spec.add_functions()->set_name("api.request");
  const Request request = Prepare(spec).value();
  const Members start = MembersOf(request.start_json).value();
  EXPECT_EQ(*Find(start, "code"), R"("\ninput\n")");
  EXPECT_EQ(*Find(start, "input"), R"({"a":1.50})");
  EXPECT_EQ(*Find(start, "globals"), R"({"limit":[1]})");
  EXPECT_EQ(*Find(start, "functions"), R"(["api.request"])");
  EXPECT_EQ(request.job.language(), "javascript");
  EXPECT_EQ(request.job.variant(), "call");
  EXPECT_EQ(request.job.limits().wall_time_ms(), 30'000);
  EXPECT_EQ(request.job.env().at("NODE_OPTIONS"), "--max-old-space-size=32");
}

TEST(PrepareTest, TheJailHasRoomBesideTheHeap) {
  for (const char* language : {"javascript", "typescript", "python"}) {
    v1::CallSpec spec = MakeSpec(language, "1");
    spec.set_heap_bytes(64 << 20);
    EXPECT_GT(Prepare(spec)->job.limits().memory_bytes(), (64 + 32) << 20) << language;
  }
}

TEST(PrepareTest, QuickIsHalfASecondUnlessSaidOtherwise) {
  v1::CallSpec spec = MakeSpec("python", "1");
  spec.set_profile(v1::CallSpec::PROFILE_QUICK);
  EXPECT_EQ(Prepare(spec)->job.limits().wall_time_ms(), 500);
  spec.set_wall_time_ms(700);
  EXPECT_EQ(Prepare(spec)->job.limits().wall_time_ms(), 700);
}

TEST(PrepareTest, ExcludedHostTimeIsAddedToTheJailsWallLimitUpToTheCeiling) {
  v1::CallSpec spec = MakeSpec("python", "1");
  spec.set_wall_time_ms(500);
  spec.set_max_calls(3);
  spec.set_host_timeout_ms(1000);
  EXPECT_EQ(Prepare(spec)->job.limits().wall_time_ms(), 500);
  EXPECT_FALSE(Prepare(spec)->caps.own_time_ms.has_value());
  spec.set_host_time_excluded(true);
  spec.mutable_limits()->set_idle_time_ms(200);
  EXPECT_EQ(Prepare(spec)->job.limits().wall_time_ms(), 3500);
  EXPECT_EQ(Prepare(spec)->job.limits().idle_time_ms(), 1200);
  EXPECT_EQ(Prepare(spec)->job.limits().cpu_time_ms(), 1000) << "waiting takes none";
  EXPECT_EQ(Prepare(spec)->caps.own_time_ms, 500);
  EXPECT_EQ(Prepare(spec, 2000)->job.limits().wall_time_ms(), 2000);
  EXPECT_THAT(std::string(Prepare(spec, 400).status().message()),
              StartsWith("wall_time_ms: 500 is not 1 to 400"));
  spec.clear_limits();
  EXPECT_FALSE(Prepare(spec)->job.limits().has_idle_time_ms());
}

TEST(PrepareTest, DebugIsWhatWasAskedFor) {
  v1::CallSpec spec = MakeSpec("python", "1");
  EXPECT_FALSE(Prepare(spec)->caps.debug);
  spec.add_debug(v1::CallSpec::DEBUG_STACK);
  const Members start = MembersOf(Prepare(spec)->start_json).value();
  EXPECT_EQ(*Find(start, "stack"), "true");
  EXPECT_EQ(*Find(start, "steps"), "0");
  EXPECT_FALSE(Prepare(spec)->caps.debug);
  spec.add_debug(v1::CallSpec::DEBUG_STEPS);
  EXPECT_TRUE(Prepare(spec)->caps.debug);
  EXPECT_EQ(*Find(MembersOf(Prepare(spec)->start_json).value(), "steps"), "10000");
  spec.clear_debug();
  spec.add_debug(v1::CallSpec::DEBUG_UNSPECIFIED);
  EXPECT_THAT(Why(spec), StartsWith("debug: 0 is none"));
}

TEST(PrepareTest, LimitsOfTheJailWinAndLeaveTheHeapTheRest) {
  v1::CallSpec spec;
  spec.set_language("python");
  spec.set_code("1");
  spec.mutable_limits()->set_memory_bytes(512 << 20);
  spec.mutable_limits()->set_wall_time_ms(1234);
  spec.mutable_limits()->set_cpu_millicores(500);
  const auto request = Prepare(spec);
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->job.limits().memory_bytes(), 512 << 20);
  EXPECT_EQ(request->job.limits().wall_time_ms(), 1234);
  EXPECT_EQ(request->job.limits().cpu_time_ms(), 2468);
  EXPECT_EQ(request->job.limits().cpu_millicores(), 500);
  EXPECT_THAT(request->start_json, HasSubstr(absl::StrCat("\"heap_bytes\":", (512 - 48) << 20)));
}

TEST(PrepareTest, EveryRunHasItsOwnNonce) {
  v1::CallSpec spec;
  spec.set_language("python");
  spec.set_code("1");
  const auto one = Prepare(spec), other = Prepare(spec);
  EXPECT_EQ(one->nonce.size(), 32u);
  EXPECT_NE(one->nonce, other->nonce);
  EXPECT_THAT(one->start_json, HasSubstr(one->nonce));
}

TEST(PrepareTest, WhatIsWrongIsNamed) {
  EXPECT_THAT(Why(MakeSpec("cobol", "1")), StartsWith("language: \"cobol\""));
  EXPECT_THAT(Why(MakeSpec("js", " \n")), StartsWith("code: is empty"));
  EXPECT_THAT(Why(MakeSpec("js", std::string((64 << 10) + 1, ' '))), HasSubstr("at most 65536"));
  v1::CallSpec spec = MakeSpec("js", "1");
  spec.set_input_json("{a:1}");
  EXPECT_THAT(Why(spec), StartsWith("input_json: is no JSON"));
  spec = MakeSpec("js", "1");
  (*spec.mutable_globals())["a b"] = "1";
  EXPECT_THAT(Why(spec), StartsWith("globals: \"a b\""));
  spec = MakeSpec("js", "1");
  (*spec.mutable_globals())["a"] = "";
  EXPECT_THAT(Why(spec), StartsWith("globals: a is no JSON"));
  spec = MakeSpec("js", "1");
  spec.set_entry("f(); g");
  EXPECT_THAT(Why(spec), StartsWith("entry: "));
  spec = MakeSpec("js", "1");
  spec.set_max_calls(-1);
  EXPECT_THAT(Why(spec), StartsWith("max_calls: "));
  spec = MakeSpec("js", "1");
  spec.set_result_bytes(0);
  EXPECT_THAT(Why(spec), StartsWith("result_bytes: "));
}

TEST(PrepareTest, FunctionNamesAreNamesJoinedByDots) {
  for (const char* name : {"", ".", "a.", ".a", "a..b", "1a", "a-b", "a.__proto__.b", "a b", "a\"b"}) {
    v1::CallSpec spec = MakeSpec("js", "1");
    spec.add_functions()->set_name(name);
    EXPECT_THAT(Why(spec), StartsWith("functions: ")) << name;
  }
}

TEST(PrepareTest, ForbiddenPatternsAreFlaggedOrRefuse) {
  v1::CallSpec spec = MakeSpec("js", "eval('1')");
  EXPECT_TRUE(Prepare(spec)->patterns.empty());
  spec.set_on_pattern(v1::CallSpec::PATTERN_ACTION_FLAG);
  EXPECT_THAT(Prepare(spec)->patterns, ElementsAre("eval("));
  spec.set_on_pattern(v1::CallSpec::PATTERN_ACTION_REJECT);
  EXPECT_THAT(Why(spec), HasSubstr("eval("));
  spec.add_forbidden_patterns("something else");
  EXPECT_TRUE(Prepare(spec).ok());
}

}  // namespace
}  // namespace jail::call
