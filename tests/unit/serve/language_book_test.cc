#include "jail/serve/language_book.h"

#include <poll.h>

#include <atomic>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/serve/service_fixture.h"

namespace jail::serve {
namespace {

using testing::HasSubstr;

class LanguageBookTest : public ServiceTest {
 protected:
  // Until it is cancelled.
  static void AwaitCancel(int cancel_fd) {
    pollfd waited = {cancel_fd, POLLIN, 0};
    EXPECT_EQ(poll(&waited, 1, -1), 1);
  }
  std::future<Response> BeginDetails() { return Begin(Request("GET", "/api/languages?details=1")); }
};

TEST_F(LanguageBookTest, AllWhoAskMeanwhileShareOneAsking) {
  absl::Notification answer;
  std::atomic<int> asked = 0;
  versions_ = [&](int) {
    ++asked;
    answer.WaitForNotification();
    return Versions();
  };
  Start();
  std::vector<std::future<Response>> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(BeginDetails());
  EXPECT_EQ(Execute().status, 200);  // Nobody else waits for it.
  answer.Notify();
  for (std::future<Response>& client : clients) EXPECT_THAT(client.get().body, HasSubstr("\"3.11\""));
  EXPECT_THAT(BeginDetails().get().body, HasSubstr("\"3.11\""));
  EXPECT_EQ(asked, 1);
}

TEST_F(LanguageBookTest, TheyAreAskedAhead) {
  absl::Notification asked;
  versions_ = [&](int) {
    asked.Notify();
    return Versions();
  };
  Start();
  service_->languages().Begin();
  asked.WaitForNotification();
}

TEST_F(LanguageBookTest, TheEndOfTheServiceIsAnAnswer) {
  versions_ = [&](int cancel_fd) {
    AwaitCancel(cancel_fd);
    return v1::LanguageReport();
  };
  Start();
  std::future<Response> client = BeginDetails();
  service_->CancelAll();
  EXPECT_EQ(client.get().status, 503);
  EXPECT_EQ(BeginDetails().get().status, 503);
  service_->EndRuns();
}

TEST_F(LanguageBookTest, WhoeverWasNotBegunEndsAtOnce) {
  Start();
  service_->EndRuns();
  EXPECT_EQ(BeginDetails().get().status, 503);
}

}  // namespace
}  // namespace jail::serve
