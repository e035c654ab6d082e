#include "jail/exam/stream_watch.h"

#include <unistd.h>

#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace jail::exam {
namespace {

struct Heard {
  v1::ExamEvent::Stream stream;
  int64_t offset;
  std::string bytes;
};

void Put(int fd, const std::string& bytes) {
  size_t at = 0;
  while (at < bytes.size()) {
    const ssize_t count = write(fd, bytes.data() + at, bytes.size() - at);
    ASSERT_GT(count, 0);
    at += static_cast<size_t>(count);
  }
}

TEST(StreamWatchTest, TellsEveryByteInOrderInPieces) {
  std::vector<Heard> heard;
  auto watch =
      StreamWatch::Start([&](v1::ExamEvent::Stream stream, int64_t offset, const std::string& bytes) {
        heard.push_back({stream, offset, bytes});
      });
  ASSERT_TRUE(watch.ok());
  std::string out;
  for (int i = 0; i < 50'000; ++i) out += static_cast<char>('a' + i % 26);
  out += out + out + out;
  for (const char c : std::string("byte by byte")) Put((*watch)->stderr_fd(), std::string(1, c));
  Put((*watch)->stdout_fd(), out);
  (*watch)->Finish();
  std::map<v1::ExamEvent::Stream, std::string> streams;
  for (const Heard& piece : heard) {
    EXPECT_EQ(piece.offset, static_cast<int64_t>(streams[piece.stream].size()));
    EXPECT_LE(piece.bytes.size(), StreamWatch::kPieceBytes);
    streams[piece.stream] += piece.bytes;
  }
  EXPECT_EQ(streams[v1::ExamEvent::STDOUT], out);
  EXPECT_EQ(streams[v1::ExamEvent::STDERR], "byte by byte");
  EXPECT_LE(heard.size(), 4u + 12u);
}

TEST(StreamWatchTest, ForwardsStandardOutputAndSurvivesAReaderThatGoes) {
  auto pipe = MakePipe();
  ASSERT_TRUE(pipe.ok());
  size_t told = 0;
  auto watch = StreamWatch::Start(
      [&](v1::ExamEvent::Stream, int64_t, const std::string& bytes) { told += bytes.size(); },
      std::move(pipe->write));
  ASSERT_TRUE(watch.ok());
  Put((*watch)->stdout_fd(), "question");
  char answer[8];
  ASSERT_EQ(read(pipe->read.get(), answer, sizeof answer), 8);
  EXPECT_EQ(std::string(answer, 8), "question") << "at once, not when the piece is told of";
  pipe->read.Reset();
  Put((*watch)->stdout_fd(), "nobody listens");
  Put((*watch)->stderr_fd(), "x");
  (*watch)->Finish();
  EXPECT_EQ(told, 8u + 14u + 1u);
}

TEST(StreamWatchTest, TheEndOfOutputIsTheReadersEndOfFile) {
  auto pipe = MakePipe();
  auto watch =
      StreamWatch::Start([](v1::ExamEvent::Stream, int64_t, const std::string&) {}, std::move(pipe->write));
  (*watch)->Finish();
  char byte;
  EXPECT_EQ(read(pipe->read.get(), &byte, 1), 0);
}

}  // namespace
}  // namespace jail::exam
