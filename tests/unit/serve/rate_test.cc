#include "jail/serve/rate.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace jail::serve {
namespace {

constexpr absl::Time kStart = absl::UnixEpoch();
constexpr Rate kTwoAtOnce = {1, 2};

TEST(RateLimiterTest, ABurstThenOneEachSecond) {
  RateLimiter limiter;
  EXPECT_EQ(limiter.Take("a", kTwoAtOnce, 1, kStart), absl::ZeroDuration());
  EXPECT_EQ(limiter.Take("a", kTwoAtOnce, 1, kStart), absl::ZeroDuration());
  EXPECT_EQ(limiter.Take("a", kTwoAtOnce, 1, kStart), absl::Seconds(1));
  EXPECT_EQ(limiter.Take("a", kTwoAtOnce, 1, kStart + absl::Milliseconds(750)), absl::Milliseconds(250));
  EXPECT_EQ(limiter.Take("a", kTwoAtOnce, 1, kStart + absl::Seconds(1)), absl::ZeroDuration());
}

TEST(RateLimiterTest, TenantsHaveBucketsOfTheirOwn) {
  RateLimiter limiter;
  EXPECT_EQ(limiter.Take("a", {1, 1}, 1, kStart), absl::ZeroDuration());
  EXPECT_EQ(limiter.Take("b", {1, 1}, 1, kStart), absl::ZeroDuration());
}

TEST(RateLimiterTest, SeveralAreTakenTogetherOrNotAtAll) {
  RateLimiter limiter;
  EXPECT_EQ(limiter.Take("a", kTwoAtOnce, 1, kStart), absl::ZeroDuration());
  EXPECT_EQ(limiter.Take("a", kTwoAtOnce, 2, kStart), absl::Seconds(1));
  EXPECT_EQ(limiter.Take("a", kTwoAtOnce, 1, kStart), absl::ZeroDuration());
}

TEST(RateLimiterTest, MoreThanABurstIsNeverThere) {
  RateLimiter limiter;
  EXPECT_EQ(limiter.Take("a", kTwoAtOnce, 3, kStart), absl::InfiniteDuration());
}

TEST(RateLimiterTest, AClockThatGoesBackGivesNothing) {
  RateLimiter limiter;
  EXPECT_EQ(limiter.Take("a", {1, 1}, 1, kStart), absl::ZeroDuration());
  EXPECT_EQ(limiter.Take("a", {1, 1}, 1, kStart - absl::Hours(1)), absl::Seconds(1));
}

TEST(RateLimiterTest, StrangersWhoCameOnceAreForgotten) {
  RateLimiter limiter;
  for (int i = 0; i < 100'000; ++i) limiter.Take(absl::StrCat(i), {1, 1}, 1, kStart + absl::Seconds(i));
  EXPECT_LT(limiter.size(), 2000);
}

}  // namespace
}  // namespace jail::serve
