#include "jail/watch/capture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace jail::watch {
namespace {

// "abc...zabc...": every byte says where it was.
std::string Letters(size_t from, size_t to) {
  std::string text;
  for (size_t i = from; i < to; ++i) text += static_cast<char>('a' + i % 26);
  return text;
}

Captured CaptureIn(int64_t limit, size_t total, size_t step) {
  Capture capture(limit, /*live=*/false);
  for (size_t at = 0; at < total; at += step) capture.Add(Letters(at, std::min(at + step, total)));
  return capture.Finish();
}

TEST(CaptureTest, ShortStreamIsKeptWhole) {
  const Captured captured = CaptureIn(100, 40, 7);
  EXPECT_EQ(captured.content, Letters(0, 40));
  EXPECT_EQ(captured.tail, "");
  EXPECT_EQ(captured.total_bytes, 40);
  EXPECT_FALSE(captured.truncated);
}

TEST(CaptureTest, StreamOfExactlyTheLimitIsNotTruncated) {
  const Captured captured = CaptureIn(100, 100, 9);
  EXPECT_EQ(captured.content, Letters(0, 100));
  EXPECT_FALSE(captured.truncated);
}

TEST(CaptureTest, LongStreamKeepsHeadAndTailWhateverThePieces) {
  for (const size_t total : {101u, 124u, 125u, 126u, 1000u, 1003u}) {
    for (const size_t step : {1u, 7u, 50u, 99u, 100u, 200u, 5000u}) {
      const Captured captured = CaptureIn(100, total, step);
      EXPECT_EQ(captured.content, Letters(0, 75)) << total << " by " << step;
      EXPECT_EQ(captured.tail, Letters(total - 25, total)) << total << " by " << step;
      EXPECT_EQ(captured.total_bytes, static_cast<int64_t>(total));
      EXPECT_TRUE(captured.truncated);
    }
  }
}

std::string DigestOf(const std::string& text) {
  std::string digest(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(digest.data()),
                     reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return digest;
}

TEST(CaptureTest, ChecksumIsOfTheWholeStreamKeptOrNot) {
  for (const size_t total : {0u, 1u, 99u, 100u, 101u, 5000u}) {
    for (const int64_t limit : {0, 1, 100}) {
      EXPECT_EQ(CaptureIn(limit, total, 7).sha256, DigestOf(Letters(0, total))) << total << " of " << limit;
    }
  }
}

TEST(CaptureTest, LimitsOfZeroAndOneKeepNoMoreThanThat) {
  const Captured zero = CaptureIn(0, 10, 3);
  EXPECT_EQ(zero.content + zero.tail, "");
  EXPECT_EQ(zero.total_bytes, 10);
  EXPECT_TRUE(zero.truncated);
  const Captured one = CaptureIn(1, 10, 3);
  EXPECT_EQ(one.content, "a");
  EXPECT_EQ(one.tail, "");
  EXPECT_FALSE(CaptureIn(0, 0, 1).truncated);
  const Captured four = CaptureIn(4, 10, 3);
  EXPECT_EQ(four.content, "abc");
  EXPECT_EQ(four.tail, "j");
}

TEST(CaptureTest, LiveReaderGetsExactlyTheFirstBytes) {
  Capture capture(10, /*live=*/true);
  std::string delivered;
  for (size_t at = 0; at < 26;) {
    const size_t step = std::min<size_t>({capture.Room(), 4, 26 - at});
    if (step > 0) capture.Add(Letters(at, at + step));
    at += step;
    const std::string next(capture.Undelivered().substr(0, 3));
    delivered += next;
    capture.Delivered(next.size());
  }
  EXPECT_EQ(delivered, Letters(0, 10));
  EXPECT_EQ(capture.Finish().tail, Letters(24, 26));
}

TEST(CaptureTest, StuckLiveReaderStopsTheStreamAtTheLimit) {
  Capture capture(10, /*live=*/true);
  capture.Add(Letters(0, 10));
  EXPECT_EQ(capture.Room(), 0u);
  capture.StopDelivery();
  EXPECT_GT(capture.Room(), 1000u);
}

}  // namespace
}  // namespace jail::watch
