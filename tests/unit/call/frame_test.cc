#include "jail/call/frame.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jail::call {
namespace {

using testing::HasSubstr;

std::string NextOf(FrameReader& reader) { return reader.Next().value().value_or("(none)"); }

TEST(FrameReaderTest, FramesComeOutHoweverTheyComeIn) {
  FrameReader reader(100);
  const std::string stream = Frame("{\"a\":1}") + Frame("[]") + Frame("x");
  for (const char byte : stream.substr(0, stream.size() - 1)) reader.Feed(absl::string_view(&byte, 1));
  EXPECT_EQ(NextOf(reader), "{\"a\":1}");
  EXPECT_EQ(NextOf(reader), "[]");
  EXPECT_EQ(NextOf(reader), "(none)");
  EXPECT_GT(reader.pending(), 0u);
  reader.Feed("x");
  EXPECT_EQ(NextOf(reader), "x");
  EXPECT_EQ(reader.pending(), 0u);
}

TEST(FrameReaderTest, ALengthBeyondTheCapIsRefusedBeforeAnythingIsKept) {
  FrameReader reader(100);
  reader.Feed(absl::string_view("\xff\xff\xff\xff", 4));
  EXPECT_THAT(reader.Next().status().message(), HasSubstr("4294967295"));
  FrameReader empty(100);
  empty.Feed(absl::string_view("\0\0\0\0", 4));
  EXPECT_FALSE(empty.Next().ok());
}

TEST(MessageTest, EveryKindIsRead) {
  EXPECT_EQ(ParseMessage(R"({"type":"log","level":"info","text":"hi"})")->text, "hi");
  const Message call = ParseMessage(R"({"type":"call","id":7,"name":"a.b","args":[1, 2]})").value();
  EXPECT_EQ(call.id, 7);
  EXPECT_EQ(call.name, "a.b");
  EXPECT_EQ(call.json, "[1,2]");
  EXPECT_EQ(ParseMessage(R"({"type":"result","value":{"a": 1},"dropped":2})")->json, "{\"a\":1}");
  EXPECT_EQ(ParseMessage(R"({"type":"ready"})")->kind, Message::Kind::kReady);
  const Message debug =
      ParseMessage(R"({"type":"debug","steps":[3, 1],"dropped":2,"profile":{"nodes": []}})").value();
  EXPECT_THAT(debug.steps, testing::ElementsAre(3, 1));
  EXPECT_EQ(debug.steps_dropped, 2);
  EXPECT_EQ(debug.profile, R"({"nodes":[]})");
  EXPECT_EQ(ParseMessage(R"({"type":"debug","steps":[],"dropped":0,"profile":"a 1"})")->profile, "a 1");
  const Message error =
      ParseMessage(
          R"({"type":"error","kind":"THROWN","name":"E","message":"m","stack":"s","line":3,"column":4,"dropped":0})")
          .value();
  EXPECT_EQ(error.kind, Message::Kind::kError);
  EXPECT_EQ(error.text, "m");
  EXPECT_EQ(error.line, 3);
}

TEST(MessageTest, WhatIsNotExactlyAMessageIsRefusedByName) {
  const std::pair<const char*, const char*> cases[] = {
      {"[]", "no JSON object"},
      {"{}", "type: is missing"},
      {R"({"type":1})", "type"},
      {R"({"type":"reply"})", "type: is none"},
      {R"({"type":"log","level":"info"})", "text: is missing"},
      {R"({"type":"log","level":"info","text":1})", "text: is no string"},
      {R"({"type":"log","level":"info","text":"","more":1})", "does not belong"},
      {R"({"type":"call","id":-1,"name":"f","args":[]})", "id: "},
      {R"({"type":"call","id":1.5,"name":"f","args":[]})", "id: "},
      {R"({"type":"call","id":1,"name":"f","args":{}})", "args: is no array"},
      {R"({"type":"debug","steps":{},"dropped":0,"profile":null})", "steps: is no array"},
      {R"({"type":"debug","steps":[1,[2]],"dropped":0,"profile":null})", "steps: is no such number"},
      {R"({"type":"debug","steps":["1"],"dropped":0,"profile":null})", "steps: is no such number"},
      {R"({"type":"debug","steps":[0],"dropped":0,"profile":null})", "steps: has a line 0"},
      {R"({"type":"debug","steps":[],"dropped":0,"profile":[]})", "profile: is no string"},
      {R"({"type":"debug","steps":[],"dropped":0})", "profile: is missing"},
      {R"({"type":"result","value":1,"dropped":99999999999999999999})", "dropped: "},
      {R"({"type":"result","value":1,"value":2,"dropped":0})", "twice"},
  };
  for (const auto& [json, why] : cases)
    EXPECT_THAT(ParseMessage(json).status().message(), HasSubstr(why)) << json;
}

}  // namespace
}  // namespace jail::call
