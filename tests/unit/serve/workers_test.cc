#include "jail/serve/workers.h"

#include <poll.h>

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jail::serve {
namespace {

constexpr Share kShare = {100, 100, 1};
constexpr absl::Duration kLong = absl::Hours(1);

// A task whose end, and way of ending, can be waited for: "run", or why it was dropped.
struct Watched {
  std::shared_ptr<std::promise<std::string>> end = std::make_shared<std::promise<std::string>>();
  std::future<std::string> ended = end->get_future();

  Task Make(std::function<void(const Turn&)> work = nullptr) const {
    return {.run =
                [work, e = end](const Turn& turn) {
                  if (work) work(turn);
                  e->set_value("run");
                },
            .drop = [e = end](const absl::Status& why) { e->set_value(std::string(why.message())); }};
  }
};

uint64_t Submit(Workers* workers, Task task) {
  std::vector<Task> tasks;
  tasks.push_back(std::move(task));
  const auto ids = workers->Submit(std::move(tasks), "tenant", kShare, Urgency::kNormal);
  EXPECT_TRUE(ids.ok()) << ids.status();
  return ids.ok() ? ids->front() : 0;
}

// Runs until it is cancelled.
void AwaitCancel(const Turn& turn) {
  pollfd wanted = {turn.cancel_fd, POLLIN, 0};
  poll(&wanted, 1, -1);
}

TEST(WorkersTest, RunsWhatIsSubmitted) {
  Workers workers(2, 10, kLong);
  Watched one, two;
  Submit(&workers, one.Make());
  Submit(&workers, two.Make());
  EXPECT_EQ(one.ended.get(), "run");
  EXPECT_EQ(two.ended.get(), "run");
}

TEST(WorkersTest, ARunThatIsCancelledHearsIt) {
  Workers workers(1, 10, kLong);
  Watched run;
  workers.Cancel(Submit(&workers, run.Make(AwaitCancel)));
  EXPECT_THAT(run.ended.get(), testing::AnyOf("run", "cancelled"));
}

TEST(WorkersTest, WhatWaitsAndIsCancelledNeverRuns) {
  Workers workers(1, 10, kLong);
  Watched first, second;
  const uint64_t running = Submit(&workers, first.Make(AwaitCancel));
  const uint64_t waiting = Submit(&workers, second.Make());
  // The only thread is busy with the first, or will be: it is in front.
  workers.Cancel(waiting);
  EXPECT_EQ(second.ended.get(), "cancelled");
  workers.Cancel(running);
  first.ended.wait();
}

TEST(WorkersTest, WhatWaitsTooLongIsDropped) {
  Workers workers(1, 10, absl::ZeroDuration());
  std::promise<void> begun;
  Watched first, second;
  const uint64_t running = Submit(&workers, first.Make([&begun](const Turn& turn) {
    begun.set_value();
    AwaitCancel(turn);
  }));
  begun.get_future().wait();
  Submit(&workers, second.Make());
  workers.Expire();
  EXPECT_THAT(second.ended.get(), testing::HasSubstr("has waited"));
  workers.Cancel(running);
  EXPECT_EQ(first.ended.get(), "run");
}

TEST(WorkersTest, DrainingTakesNothingMoreAndFinishesWhatIsThere) {
  Workers workers(1, 10, kLong);
  Watched one;
  Submit(&workers, one.Make());
  workers.Drain();
  std::vector<Task> more(1);
  EXPECT_TRUE(
      absl::IsUnavailable(workers.Submit(std::move(more), "tenant", kShare, Urgency::kNormal).status()));
  EXPECT_EQ(one.ended.get(), "run");
}

TEST(WorkersTest, CancelAllEndsWhatRunsAndDropsWhatWaits) {
  Workers workers(1, 10, kLong);
  std::promise<void> begun;
  Watched first, second;
  Submit(&workers, first.Make([&begun](const Turn& turn) {
    begun.set_value();
    AwaitCancel(turn);
  }));
  begun.get_future().wait();
  Submit(&workers, second.Make());
  workers.CancelAll();
  EXPECT_EQ(first.ended.get(), "run");
  EXPECT_EQ(second.ended.get(), "the service is shutting down");
}

TEST(WorkersTest, TheQueueIsBounded) {
  Workers workers(1, 1, kLong);
  std::vector<Task> tasks(2);
  EXPECT_TRUE(absl::IsResourceExhausted(
      workers.Submit(std::move(tasks), "tenant", kShare, Urgency::kNormal).status()));
}

}  // namespace
}  // namespace jail::serve
