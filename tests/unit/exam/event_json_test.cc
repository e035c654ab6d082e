#include "jail/exam/log/event_json.h"

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/exam/sample_log.h"

namespace jail::exam {
namespace {

using testing::HasSubstr;

v1::ExamEvent Output(const std::string& content) {
  v1::ExamEvent event;
  event.set_kind(v1::ExamEvent::OUTPUT);
  event.set_sequence(3);
  event.set_at_us(51);
  event.set_time("2026-01-02T03:04:05.678Z");
  event.set_case_id("1");
  event.set_attempt(1);
  event.set_stream(v1::ExamEvent::STDERR);
  event.set_offset(7);
  event.set_bytes(2);
  event.set_sha256(std::string(32, '\xab'));
  event.set_content(content);
  return event;
}

const std::string kHash = absl::StrReplaceAll("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", {{"x", "ab"}});
const std::string kOutput =
    R"({"kind":"output","sequence":3,"at_us":51,"time":"2026-01-02T03:04:05.678Z","case_id":"1","attempt":1,)"
    R"("stream":"stderr","offset":7,"bytes":2,"sha256":")" +
    kHash + "\"";

TEST(EventJsonTest, IsOneLineWithTheMembersOfItsKindInOrder) {
  EXPECT_EQ(EventJson(Output("hi"), /*with_content=*/false), kOutput + "}");
  EXPECT_EQ(EventJson(Output("a\n\xff"), /*with_content=*/true),
            kOutput + ",\"content\":\"a\\n\xEF\xBF\xBD\"}");
}

TEST(EventJsonTest, EndAndFlagAreWords) {
  const SampleExam exam;
  const std::string end = EventJson(exam.events[5], false), flag = EventJson(exam.events[15], false);
  EXPECT_THAT(end, HasSubstr(R"("kind":"case_ended")"));
  EXPECT_THAT(end, HasSubstr(R"("verdict":"OK","exit_code":0,"wall_time_us":2000)"));
  EXPECT_THAT(end, HasSubstr(R"("by_itself":true)"));
  EXPECT_THAT(flag, HasSubstr(R"("flag":{"type":"resource_anomaly","severity":"warning",)"
                              R"("message":"peak memory \"0.5 MB\""})"));
}

TEST(ParseEventTest, ReadsWhatEventJsonWrites) {
  for (const v1::ExamEvent& event : SampleExam().events) {
    const std::string json = EventJson(event, false);
    const absl::StatusOr<v1::ExamEvent> back = ParseEvent(json);
    ASSERT_TRUE(back.ok()) << back.status() << "\n" << json;
    EXPECT_EQ(EventJson(*back, false), json);
    v1::ExamEvent without = event;
    without.clear_content();
    EXPECT_EQ(back->SerializeAsString(), without.SerializeAsString()) << json;
  }
}

TEST(ParseEventTest, AnExitCodeMayBeMissing) {
  v1::ExamEvent event = SampleExam().events[5];
  event.clear_exit_code();
  const absl::StatusOr<v1::ExamEvent> back = ParseEvent(EventJson(event, false));
  ASSERT_TRUE(back.ok());
  EXPECT_FALSE(back->has_exit_code());
}

TEST(ParseEventTest, WhatIsNotExactlyAnEventIsRefusedByName) {
  struct {
    std::string from, to, why;
  } const changes[] = {
      {"\"kind\":\"output\"", "\"kind\":\"lunch\"", "kind"},
      {"\"kind\":\"output\"", "\"kind\":\"kind_unspecified\"", "kind"},
      {"\"kind\":\"output\"", "\"kind\":\"flagged\"", "flag: is missing"},
      {"\"kind\":\"output\"", "\"kind\":4", "kind"},
      {"\"at_us\":51,", "", "at_us: is missing"},
      {"\"at_us\":51", "\"at_us\":\"51\"", "at_us"},
      {"\"at_us\":51", "\"at_us\":5.1", "at_us"},
      {"\"at_us\":51", "\"at_us\":-1", "below zero"},
      {"\"at_us\":51", "\"at_us\":99999999999999999999", "at_us"},
      {"\"attempt\":1", "\"attempt\":4294967297", "attempt"},
      {"\"at_us\":51", "\"at_us\":51,\"at_us\":51", "twice"},
      {"\"at_us\":51", "\"at_us\": 51", "blanks"},
      {"\"at_us\":51", "\"at_us\":51,\"more\":1", "too many"},
      {"\"case_id\":\"1\"", "\"case_id\":\"\\u0031\"", "escapes"},
      {"\"offset\":7,\"bytes\":2", "\"bytes\":2,\"offset\":7", "order"},
      {"\"sha256\":\"ab", "\"sha256\":\"AB", "hexadecimal"},
      {"\"sha256\":\"ab", "\"sha256\":\"", "SHA-256"},
      {"\"stream\":\"stderr\"", "\"stream\":\"STDERR\"", "stream"},
      {"}", ",\"content\":\"hi\"}", "too many"},
      {"}", "} ", "blanks"},
      {"}", "}}", "JSON"},
  };
  for (const auto& [from, to, why] : changes) {
    const std::string json = absl::StrReplaceAll(kOutput + "}", {{from, to}});
    EXPECT_THAT(ParseEvent(json).status().message(), HasSubstr(why)) << json;
  }
}

TEST(ParseEventTest, AFlagIsExactToo) {
  const std::string good = EventJson(SampleExam().events[15], false);
  for (const char* bad : {"resource_anomalY", "type_other"}) {
    const std::string json = absl::StrReplaceAll(good, {{"resource_anomaly", bad}});
    EXPECT_FALSE(ParseEvent(json).ok()) << json;
  }
  EXPECT_FALSE(ParseEvent(absl::StrReplaceAll(good, {{"\"severity\":\"warning\",", ""}})).ok());
  EXPECT_FALSE(ParseEvent(absl::StrReplaceAll(good, {{"\"flag\":{", "\"flag\":[{"}})).ok());
}

TEST(ParseEventTest, DepthCostsNothing) {
  EXPECT_FALSE(ParseEvent("{\"kind\":" + std::string(1'000'000, '[')).ok());
}

}  // namespace
}  // namespace jail::exam
