#include "jail/serve/fair_queue.h"

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jail::serve {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr absl::Time kQueueStart = absl::UnixEpoch();
constexpr Share kMuch = {100, 100, 1};

// One at a time: each is done before the next.
std::string Order(FairQueue* queue) {
  std::vector<uint64_t> order;
  while (const auto next = queue->Pop(kQueueStart)) {
    order.push_back(next->id);
    queue->Done(next->tenant);
  }
  return absl::StrJoin(order, " ");
}

TEST(FairQueueTest, OneTenantIsServedInOrder) {
  FairQueue queue(10);
  for (uint64_t id = 1; id <= 3; ++id)
    EXPECT_TRUE(queue.Push({id}, "a", kMuch, Urgency::kNormal, kQueueStart).ok());
  EXPECT_EQ(Order(&queue), "1 2 3");
}

TEST(FairQueueTest, HigherPriorityGoesFirstWithinATenant) {
  FairQueue queue(10);
  EXPECT_TRUE(queue.Push({1}, "a", kMuch, Urgency::kLow, kQueueStart).ok());
  EXPECT_TRUE(queue.Push({2}, "a", kMuch, Urgency::kNormal, kQueueStart).ok());
  EXPECT_TRUE(queue.Push({3}, "a", kMuch, Urgency::kHigh, kQueueStart).ok());
  EXPECT_EQ(Order(&queue), "3 2 1");
}

TEST(FairQueueTest, NobodyGetsAheadOfAnotherTenantByPriority) {
  FairQueue queue(10);
  EXPECT_TRUE(queue.Push({1, 2, 3}, "a", kMuch, Urgency::kHigh, kQueueStart).ok());
  EXPECT_TRUE(queue.Push({4}, "b", kMuch, Urgency::kLow, kQueueStart).ok());
  EXPECT_EQ(Order(&queue), "1 4 2 3");
}

TEST(FairQueueTest, WhoAskedForLittleIsNotBehindWhoAskedForMuch) {
  FairQueue queue(200);
  std::vector<uint64_t> many;
  for (uint64_t id = 1; id <= 50; ++id) many.push_back(id);
  EXPECT_TRUE(queue.Push(many, "greedy", kMuch, Urgency::kNormal, kQueueStart).ok());
  for (int i = 0; i < 10; ++i) queue.Done(queue.Pop(kQueueStart)->tenant);
  EXPECT_TRUE(queue.Push({99}, "modest", kMuch, Urgency::kNormal, kQueueStart).ok());
  EXPECT_EQ(queue.Pop(kQueueStart)->id, 99);
}

TEST(FairQueueTest, WeightsAreShares) {
  FairQueue queue(200);
  std::vector<uint64_t> a, b;
  for (uint64_t id = 1; id <= 40; ++id) a.push_back(id), b.push_back(100 + id);
  EXPECT_TRUE(queue.Push(a, "a", {100, 100, 3}, Urgency::kNormal, kQueueStart).ok());
  EXPECT_TRUE(queue.Push(b, "b", {100, 100, 1}, Urgency::kNormal, kQueueStart).ok());
  std::map<std::string, int> served;
  for (int i = 0; i < 40; ++i) {
    const auto next = queue.Pop(kQueueStart);
    ++served[next->tenant];
    queue.Done(next->tenant);
  }
  EXPECT_EQ(served["a"], 30);
  EXPECT_EQ(served["b"], 10);
}

TEST(FairQueueTest, ATenantRunsNoMoreThanItsShare) {
  FairQueue queue(10);
  EXPECT_TRUE(queue.Push({1, 2}, "a", {1, 10, 1}, Urgency::kNormal, kQueueStart).ok());
  EXPECT_EQ(queue.Pop(kQueueStart)->id, 1);
  EXPECT_EQ(queue.Pop(kQueueStart), std::nullopt);
  queue.Done("a");
  EXPECT_EQ(queue.Pop(kQueueStart)->id, 2);
}

TEST(FairQueueTest, AllAreTakenOrNone) {
  FairQueue queue(3);
  const absl::Status refused = queue.Push({1, 2, 3, 4}, "a", kMuch, Urgency::kNormal, kQueueStart);
  EXPECT_TRUE(absl::IsResourceExhausted(refused));
  EXPECT_EQ(queue.waiting(), 0);
  EXPECT_TRUE(queue.Push({1, 2, 3}, "a", kMuch, Urgency::kNormal, kQueueStart).ok());
}

TEST(FairQueueTest, ATenantsOwnRoomIsItsOwnAffair) {
  FairQueue queue(100);
  EXPECT_TRUE(queue.Push({1, 2}, "a", {1, 2, 1}, Urgency::kNormal, kQueueStart).ok());
  const absl::Status refused = queue.Push({3}, "a", {1, 2, 1}, Urgency::kNormal, kQueueStart);
  EXPECT_THAT(refused.message(), HasSubstr("you have 2 of at most 2"));
  EXPECT_TRUE(queue.Push({4}, "b", {1, 2, 1}, Urgency::kNormal, kQueueStart).ok());
}

TEST(FairQueueTest, WhatIsRemovedIsNotServed) {
  FairQueue queue(10);
  EXPECT_TRUE(queue.Push({1, 2, 3}, "a", kMuch, Urgency::kNormal, kQueueStart).ok());
  EXPECT_TRUE(queue.Remove(2));
  EXPECT_FALSE(queue.Remove(2));
  EXPECT_EQ(Order(&queue), "1 3");
}

TEST(FairQueueTest, WhatHasWaitedTooLongIsTakenOut) {
  FairQueue queue(10);
  EXPECT_TRUE(queue.Push({1}, "a", kMuch, Urgency::kNormal, kQueueStart).ok());
  EXPECT_TRUE(queue.Push({2}, "b", kMuch, Urgency::kNormal, kQueueStart + absl::Seconds(5)).ok());
  EXPECT_THAT(queue.TakeOlder(kQueueStart + absl::Seconds(1)), ElementsAre(1));
  EXPECT_EQ(Order(&queue), "2");
  EXPECT_THAT(queue.TakeAll(), IsEmpty());
}

TEST(FairQueueTest, SaysHowLongItWaited) {
  FairQueue queue(10);
  EXPECT_TRUE(queue.Push({1}, "a", kMuch, Urgency::kNormal, kQueueStart).ok());
  EXPECT_EQ(queue.Pop(kQueueStart + absl::Seconds(3))->waited, absl::Seconds(3));
}

}  // namespace
}  // namespace jail::serve
