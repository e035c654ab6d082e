#include "jail/call/service.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jail/base/fd.h"
#include "jail/call/judge.h"

namespace jail::call {
namespace {

using testing::HasSubstr;

constexpr char kResult[] = R"({"type":"result","value":[1],"dropped":2})";

std::string CallFrame(int id, const std::string& name, const std::string& args = "[1]") {
  return absl::StrCat(R"({"type":"call","id":)", id, R"(,"name":")", name, R"(","args":)", args, "}");
}

v1::CallSpec WithFunctions() {
  v1::CallSpec spec;
  spec.add_functions()->set_name("f");
  spec.add_functions()->set_name("once");
  spec.mutable_functions(1)->set_max_calls(1);
  return spec;
}

absl::StatusOr<std::string> Echo(const HostRequest& request) { return request.args_json; }

// Answers each frame as a program would get it.
class ServiceTest : public testing::Test {
 protected:
  std::string Say(const std::string& frame) {
    const auto reply = service_.Take(frame);
    if (!reply.ok()) return absl::StrCat("misuse: ", reply.status().message());
    return reply->value_or("");
  }
  v1::CallResult Report() {
    v1::CallResult result;
    std::move(service_).Report(&result);
    return result;
  }

  static Caps SmallCaps() {
    Caps caps;
    caps.max_calls = 3;
    caps.result_bytes = 100;
    caps.max_logs = 2;
    caps.log_characters = 4;
    caps.frames = 40;
    return caps;
  }
  Service service_{WithFunctions(), SmallCaps(), Echo, -1, "n"};
};

TEST_F(ServiceTest, CallsAreAnsweredAndNoted) {
  EXPECT_EQ(Say(CallFrame(7, "f", "[1, 2]")), R"({"type":"reply","id":7,"ok":true,"value":[1,2]})");
  const v1::CallResult result = Report();
  ASSERT_EQ(result.ledger_size(), 1);
  EXPECT_EQ(result.ledger(0).sequence(), 1);
  EXPECT_EQ(result.ledger(0).outcome(), v1::HostCall::OUTCOME_OK);
  EXPECT_EQ(result.ledger(0).value_json(), "[1,2]");
  EXPECT_EQ(result.ledger(0).args_sha256(), result.ledger(0).result_sha256());
}

TEST_F(ServiceTest, ReadyIsTheFirstFrameOrNone) {
  EXPECT_EQ(Say(R"({"type":"ready"})"), "");
  EXPECT_THAT(Say(R"({"type":"ready"})"), HasSubstr("misuse: it was ready before"));
}

TEST_F(ServiceTest, ADebugFrameThatNobodyAskedForIsMisuse) {
  EXPECT_THAT(Say(R"({"type":"debug","steps":[1],"dropped":0,"profile":null})"), HasSubstr("misuse: "));
}

TEST(ServiceDebugTest, OneFrameWithinTheCaps) {
  Caps caps;
  caps.debug = true;
  caps.max_steps = 2;
  caps.profile_bytes = 4;
  const auto say = [&](const std::string& steps, const std::string& profile, Service& service) {
    return std::string(service
                           .Take(absl::StrCat(R"({"type":"debug","steps":)", steps,
                                              R"(,"dropped":7,"profile":)", profile, "}"))
                           .status()
                           .message());
  };
  Service good(WithFunctions(), caps, Echo, -1, "n");
  EXPECT_EQ(say("[5,6]", "\"a 1\"", good), "");
  EXPECT_THAT(say("[]", "null", good), HasSubstr("not due"));
  v1::CallResult result;
  std::move(good).Report(&result);
  EXPECT_THAT(result.steps(), testing::ElementsAre(5, 6));
  EXPECT_EQ(result.steps_dropped(), 7);
  EXPECT_EQ(result.profile(), "a 1");
  Service bad(WithFunctions(), caps, Echo, -1, "n");
  EXPECT_THAT(say("[1,2,3]", "null", bad), HasSubstr("steps: more than 2"));
  EXPECT_THAT(say("[]", "\"five5\"", bad), HasSubstr("profile: more than 4 bytes"));
}

TEST_F(ServiceTest, OneCallTooManyIsRefusedAndNoted) {
  for (int i = 1; i <= 3; ++i) EXPECT_THAT(Say(CallFrame(i, "f")), HasSubstr("true"));
  EXPECT_THAT(Say(CallFrame(4, "f")), HasSubstr("more than 3 calls"));
  const v1::CallResult result = Report();
  EXPECT_EQ(result.api_call_count(), 4);
  EXPECT_EQ(result.ledger(3).outcome(), v1::HostCall::OUTCOME_TOO_MANY);
}

TEST_F(ServiceTest, AFunctionHasACapOfItsOwn) {
  EXPECT_THAT(Say(CallFrame(1, "once")), HasSubstr("true"));
  EXPECT_THAT(Say(CallFrame(2, "once")), HasSubstr("too many calls of once"));
  EXPECT_THAT(Say(CallFrame(3, "f")), HasSubstr("true"));
}

TEST_F(ServiceTest, AFloodOfRefusedCallsIsCountedAndNotKept) {
  for (int i = 1; i <= 39; ++i) EXPECT_THAT(Say(CallFrame(i, "f")), HasSubstr("reply"));
  const v1::CallResult result = Report();
  EXPECT_EQ(result.api_call_count(), 39);
  EXPECT_LE(result.ledger_size(), 7);
}

TEST_F(ServiceTest, FunctionsThatWereNotGivenAreNotAsked) {
  EXPECT_THAT(Say(CallFrame(1, "system")), HasSubstr("there is no host function"));
  EXPECT_EQ(Report().ledger(0).outcome(), v1::HostCall::OUTCOME_REFUSED);
}

TEST_F(ServiceTest, ArgumentsBeyondTheCapAreNotPassedOn) {
  EXPECT_THAT(Say(CallFrame(1, "f", "[\"" + std::string(100, 'x') + "\"]")), HasSubstr("at most 100"));
}

TEST_F(ServiceTest, LogsAreCutAndCounted) {
  EXPECT_EQ(Say(R"({"type":"log","level":"info","text":"ééééé"})"), "");
  EXPECT_EQ(Say(R"({"type":"log","level":"info","text":"four"})"), "");
  EXPECT_EQ(Say(R"({"type":"log","level":"info","text":"x"})"), "");
  EXPECT_EQ(Say(kResult), "");
  const v1::CallResult result = Report();
  ASSERT_EQ(result.logs_size(), 2);
  EXPECT_EQ(result.logs(0).text(), "éééé...");
  EXPECT_EQ(result.logs(1).text(), "four");
  EXPECT_EQ(result.logs_dropped(), 3);
}

TEST_F(ServiceTest, NothingFollowsAnAnswer) {
  EXPECT_EQ(Say(kResult), "");
  EXPECT_THAT(Say(kResult), HasSubstr("misuse: a frame after the answer"));
}

std::string End(int frames, const std::string& nonce = "n") {
  return absl::StrCat(R"({"type":"end","nonce":")", nonce, R"(","frames":)", frames, "}");
}

TEST_F(ServiceTest, TheEndFollowsTheAnswerAndNothingFollowsTheEnd) {
  EXPECT_EQ(Say(R"({"type":"log","level":"info","text":"x"})"), "");
  EXPECT_EQ(Say(kResult), "");
  EXPECT_FALSE(service_.ended());
  EXPECT_EQ(Say(End(2)), "");
  EXPECT_TRUE(service_.ended());
  EXPECT_THAT(Say(End(3)), HasSubstr("misuse: a frame after the end"));
}

// Promise P36: what the program writes past its shim shows.
TEST_F(ServiceTest, P36_AnEndThatIsNotTheShimsIsNone) {
  EXPECT_THAT(Say(End(0)), HasSubstr("misuse: an end without an answer"));
  EXPECT_EQ(Say(kResult), "");
  EXPECT_THAT(Say(End(2, "N")), HasSubstr("misuse: an end with a nonce"));
  EXPECT_THAT(Say(End(1)), HasSubstr("misuse: its end counts 1 frames, and 3 came"));
  EXPECT_FALSE(service_.ended());
}

TEST_F(ServiceTest, FramesHaveAnEnd) {
  for (int i = 0; i < 40; ++i) Say(R"({"type":"log","level":"info","text":"x"})");
  EXPECT_THAT(Say(kResult), HasSubstr("misuse: more than 40 frames"));
}

TEST(ServiceHostTest, ErrorsAndWhatIsNoJsonReachTheProgramAsErrors) {
  const std::pair<Host, const char*> cases[] = {
      {[](const HostRequest&) { return absl::UnknownError("no \"such\" thing"); }, R"(no \"such\" thing)"},
      {[](const HostRequest&) { return std::string("{oops"); }, "is no JSON"},
      {[](const HostRequest&) { return "\"" + std::string(2 << 20, 'x') + "\""; }, "at most"},
      {[](const HostRequest&) { return absl::DeadlineExceededError(""); }, "no answer within"},
      {nullptr, "nobody answers"},
  };
  for (const auto& [host, why] : cases) {
    Service service(WithFunctions(), Caps(), host, -1, "n");
    const auto reply = service.Take(CallFrame(1, "f"));
    EXPECT_THAT(reply->value(), testing::AllOf(HasSubstr("\"ok\":false"), HasSubstr(why)));
  }
}

// Over a real socket.
TEST(ServeTest, NobodyListensAfterRubbish) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const Fd ours(ends[0]);
  Fd theirs(ends[1]);
  const std::string rubbish = "{\"id\":1,\"call\":\"api.request\"}\n";
  ASSERT_EQ(write(theirs.get(), rubbish.data(), rubbish.size()), static_cast<ssize_t>(rubbish.size()));
  Service service(WithFunctions(), Caps(), Echo, -1, "n");
  service.Serve(ours.get(), "{}");
  EXPECT_THAT(service.misuse(), HasSubstr("a frame of"));
  EXPECT_EQ(send(theirs.get(), "x", 1, MSG_NOSIGNAL), -1);
}

TEST(ServeTest, AFrameThatDoesNotEndSpoilsTheAnswer) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const Fd ours(ends[0]);
  Fd theirs(ends[1]);
  const std::string frames = Frame(kResult) + Frame(kResult).substr(0, 9);
  ASSERT_EQ(write(theirs.get(), frames.data(), frames.size()), static_cast<ssize_t>(frames.size()));
  Service service(WithFunctions(), Caps(), Echo, -1, "n");
  std::thread closer([&] {
    char start[6];  // Serve has begun.
    EXPECT_EQ(read(theirs.get(), start, sizeof start), 6);
    shutdown(theirs.get(), SHUT_RDWR);
  });
  service.Serve(ours.get(), "{}");
  closer.join();
  EXPECT_EQ(service.misuse(), "the last frame does not end");
}

// Who asks the host, does not wait and answers has answered: its call's answer finds nobody.
TEST(ServeTest, AProgramThatGoesWithoutHearingAnAnswerHasSaidItsOwn) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const Fd ours(ends[0]);
  Fd theirs(ends[1]);
  std::thread program([&] {
    char start[6];
    EXPECT_EQ(read(theirs.get(), start, sizeof start), 6);
    const std::string frames =
        Frame(CallFrame(1, "f")) + Frame(CallFrame(2, "f")) + Frame(kResult) + Frame(End(3));
    EXPECT_EQ(write(theirs.get(), frames.data(), frames.size()), static_cast<ssize_t>(frames.size()));
    theirs.Reset();
  });
  const auto when_it_has_gone = [&program](const HostRequest& request) -> absl::StatusOr<std::string> {
    if (program.joinable()) program.join();
    return request.args_json;
  };
  Service service(WithFunctions(), Caps(), when_it_has_gone, -1, "n");
  service.Serve(ours.get(), "{}");
  EXPECT_EQ(service.misuse(), "");
  EXPECT_TRUE(service.ended());
}

// What stops the jail is the service's own clock, and the host's time is not on it.
TEST(ServeTest, OwnTimeEndsARunAndTheHostsDoesNot) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const Fd ours(ends[0]);
  Fd theirs(ends[1]);
  const Fd stop(eventfd(0, EFD_CLOEXEC));
  Caps caps;
  caps.own_time_ms = 50;
  const Host slow = [](const HostRequest&) -> absl::StatusOr<std::string> {
    absl::SleepFor(absl::Milliseconds(100));
    return "1";
  };
  Service service(WithFunctions(), caps, slow, -1, "n", stop.get());
  const std::string frames = Frame(R"({"type":"ready"})") + Frame(CallFrame(1, "f"));
  ASSERT_EQ(write(theirs.get(), frames.data(), frames.size()), static_cast<ssize_t>(frames.size()));
  const absl::Time begun = absl::Now();
  std::thread closer([&] {
    eventfd_t times = 0;
    EXPECT_EQ(eventfd_read(stop.get(), &times), 0);
    EXPECT_EQ(times, 1u);
    theirs.Reset();
  });
  service.Serve(ours.get(), "{}");
  closer.join();
  EXPECT_TRUE(service.own_time_is_over());
  EXPECT_GE(absl::Now() - begun, absl::Milliseconds(150));
}

// The wait for room makes system calls of its own: what they leave in errno says nothing of the sending.
TEST(ServeTest, AStartLongerThanTheSocketHoldsArrivesWhole) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  Fd ours(ends[0]);
  const Fd theirs(ends[1]);
  const Fd no_eventfd(open("/dev/null", O_RDONLY | O_CLOEXEC));  // To which writing fails: EBADF.
  Caps caps;
  caps.own_time_ms = 0;
  Service service(WithFunctions(), caps, Echo, -1, "n", no_eventfd.get());
  ASSERT_TRUE(service.Take(R"({"type":"ready"})").ok());
  const std::string start(size_t{4} << 20, ' ');
  const size_t expected = Frame(start).size();
  size_t arrived = 0;
  std::thread reader([&] {
    std::string bytes(size_t{64} << 10, '\0');
    ssize_t count = 0;
    while (arrived < expected && (count = read(theirs.get(), bytes.data(), bytes.size())) > 0)
      arrived += static_cast<size_t>(count);
    shutdown(theirs.get(), SHUT_RDWR);
  });
  service.Serve(ours.get(), start);
  ours.Reset();
  reader.join();
  EXPECT_TRUE(service.own_time_is_over());
  EXPECT_EQ(arrived, expected);
}

// The record comes first.
TEST(JudgeTest, AnAnswerCountsOnlyFromAProgramThatEndedWell) {
  struct Row {
    v1::Verdict verdict;
    bool answered;
    v1::CallError::Kind kind;  // Unspecified: a success.
  };
  const Row rows[] = {
      {v1::VERDICT_OK, true, v1::CallError::KIND_UNSPECIFIED},
      {v1::VERDICT_OK, false, v1::CallError::KIND_NO_RESULT},
      {v1::VERDICT_NONZERO_EXIT, true, v1::CallError::KIND_NO_RESULT},
      {v1::VERDICT_SIGNALED, true, v1::CallError::KIND_NO_RESULT},
      {v1::VERDICT_WALL_TIME_LIMIT, true, v1::CallError::KIND_TIMEOUT},
      {v1::VERDICT_MEMORY_LIMIT, false, v1::CallError::KIND_OUT_OF_MEMORY},
      {v1::VERDICT_CANCELLED, false, v1::CallError::KIND_CANCELLED},
      {v1::VERDICT_JAIL_ERROR, false, v1::CallError::KIND_JAIL_ERROR},
  };
  for (const Row& row : rows) {
    Service service(WithFunctions(), Caps(), Echo, -1, "n");
    if (row.answered) {
      ASSERT_TRUE(service.Take(kResult).ok());
      ASSERT_TRUE(service.Take(End(1)).ok());
    }
    v1::ResultRecord record;
    record.set_verdict(row.verdict);
    v1::CallResult result;
    Judge(service, Caps(), record, &result);
    EXPECT_EQ(result.error().kind(), row.kind) << v1::Verdict_Name(row.verdict);
    EXPECT_EQ(result.success(), row.kind == v1::CallError::KIND_UNSPECIFIED);
    EXPECT_EQ(result.result_json(), result.success() ? "[1]" : "");
  }
}

TEST(JudgeTest, AResultThatIsTooLongIsNone) {
  Caps caps;
  caps.result_bytes = 2;
  Service service(WithFunctions(), caps, Echo, -1, "n");
  ASSERT_TRUE(service.Take(kResult).ok());
  ASSERT_TRUE(service.Take(End(1)).ok());
  v1::ResultRecord record;
  record.set_verdict(v1::VERDICT_OK);
  v1::CallResult result;
  Judge(service, caps, record, &result);
  EXPECT_EQ(result.error().name(), "INVALID_OUTPUT");
}

TEST(JudgeTest, AnAnswerWithoutTheEndFrameIsNone) {
  Service service(WithFunctions(), Caps(), Echo, -1, "n");
  ASSERT_TRUE(service.Take(kResult).ok());
  v1::ResultRecord record;
  record.set_verdict(v1::VERDICT_OK);
  v1::CallResult result;
  Judge(service, Caps(), record, &result);
  EXPECT_EQ(result.error().kind(), v1::CallError::KIND_NO_RESULT);
}

}  // namespace
}  // namespace jail::call
