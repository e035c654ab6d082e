#include "jail/call/host.h"

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jail/base/fd.h"
#include "tools/jailrun/call_text.h"

namespace jail::call {
namespace {

using testing::HasSubstr;

class LinesHostTest : public testing::Test {
 protected:
  void SetUp() override {
    int ends[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    ours_ = Fd(ends[0]);
    theirs_ = Fd(ends[1]);
    over_ = Fd(eventfd(0, EFD_CLOEXEC));
  }
  void Answer(const std::string& text) {
    ASSERT_EQ(write(theirs_.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  absl::StatusOr<std::string> Ask(absl::Duration timeout = absl::Seconds(5)) {
    return LinesHost(ours_.get(), ours_.get())({3, name_, args_, absl::Now() + timeout, over_.get()});
  }
  std::string Asked() {
    char bytes[200];
    const ssize_t count = read(theirs_.get(), bytes, sizeof bytes);
    return std::string(bytes, count > 0 ? static_cast<size_t>(count) : 0);
  }

  const std::string name_ = "api.request", args_ = "[1]";
  Fd ours_, theirs_, over_;
};

TEST_F(LinesHostTest, OneLineOutOneLineIn) {
  Answer("{\"id\":3,\"ok\":true,\"value\":{\"a\": 1.50}}\n");
  EXPECT_EQ(Ask().value(), "{\"a\":1.50}");
  EXPECT_EQ(Asked(), "{\"id\":3,\"name\":\"api.request\",\"args\":[1]}\n");
}

TEST_F(LinesHostTest, AnAnswerThatCameTooLateIsPassedOver) {
  Answer("{\"id\":2,\"ok\":true,\"value\":1}\n{\"id\":3,\"ok\":true,\"value\":2}\n");
  EXPECT_EQ(Ask().value(), "2");
}

TEST_F(LinesHostTest, AnErrorHasTheHandlersWords) {
  Answer("{\"id\":3,\"ok\":false,\"error\":\"no such thing\"}\n");
  EXPECT_EQ(Ask().status().message(), "no such thing");
}

TEST_F(LinesHostTest, SilenceEndsAtTheDeadline) {
  EXPECT_TRUE(absl::IsDeadlineExceeded(Ask(absl::Milliseconds(20)).status()));
}

TEST_F(LinesHostTest, NobodyWaitsWhenTheRunIsOver) {
  eventfd_write(over_.get(), 1);
  EXPECT_TRUE(absl::IsCancelled(Ask(absl::Hours(1)).status()));
}

TEST_F(LinesHostTest, AHandlerThatHasGoneIsAnError) {
  theirs_.Reset();
  EXPECT_THAT(Ask().status().message(), HasSubstr("the handler has gone"));
}

TEST_F(LinesHostTest, RubbishIsAnError) {
  Answer("hello\n");
  EXPECT_THAT(Ask().status().message(), HasSubstr("the handler's answer is no JSON"));
}

// As text and back.
TEST(ReplayHostTest, AnswersAsTheLedgerSaysAndOnlyThat) {
  const std::string line =
      "{\"sequence\":1,\"name\":\"f\",\"args_sha256\":"
      "\"080a9ed428559ef602668b4c00f114f1a11c3f6b02a435f0bdc154578e4d7f22\","
      "\"result_sha256\":\"\",\"duration_ms\":0.1,\"outcome\":\"OK\",\"value\":{\"a\":1}}\n";
  const auto ledger = cli::ParseLedger(line);
  ASSERT_TRUE(ledger.ok()) << ledger.status();
  const Host host = ReplayHost(ledger->ledger());
  const std::string name = "f", other = "g", args = "[1]", others = "[2]";
  EXPECT_EQ(host({1, name, args, absl::InfiniteFuture(), -1}).value(), "{\"a\":1}");
  EXPECT_THAT(host({1, name, others, absl::InfiniteFuture(), -1}).status().message(),
              HasSubstr("another one"));
  EXPECT_THAT(host({1, other, args, absl::InfiniteFuture(), -1}).status().message(),
              HasSubstr("another one"));
  EXPECT_THAT(host({2, name, args, absl::InfiniteFuture(), -1}).status().message(), HasSubstr("no call 2"));
}

TEST(LedgerTest, WhatIsNoEntryIsNamedByItsLine) {
  EXPECT_THAT(cli::ParseLedger("\n{}\n").status().message(), HasSubstr("line 2"));
}

}  // namespace
}  // namespace jail::call
