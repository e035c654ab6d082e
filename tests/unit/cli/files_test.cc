#include "tools/jailrun/files.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/cli/scratch.h"

namespace jail::cli {
namespace {

using ::testing::HasSubstr;

TEST(ReadSourceTest, ReadsAFileOfExactlyTheLimit) {
  const Scratch scratch;
  scratch.Write("a", "12345");
  EXPECT_EQ(ReadSource(scratch.Path("a"), 5).value(), "12345");
  EXPECT_TRUE(absl::IsOutOfRange(ReadSource(scratch.Path("a"), 4).status()));
}

TEST(ReadSourceTest, AnEmptyFileIsFine) {
  const Scratch scratch;
  scratch.Write("a", "");
  EXPECT_EQ(ReadSource(scratch.Path("a"), 0).value(), "");
}

TEST(ReadSourceTest, ASparseGiantIsRefusedBeforeItIsRead) {
  const Scratch scratch;
  scratch.Write("a", "");
  ASSERT_EQ(truncate(scratch.Path("a").c_str(), off_t{1} << 42), 0);
  EXPECT_TRUE(absl::IsOutOfRange(ReadSource(scratch.Path("a"), 1 << 20).status()));
}

TEST(ReadSourceTest, DevicesAndDirectoriesAreRefused) {
  for (const char* path : {"/dev/zero", "/dev/null", "/dev/full", "/dev"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ReadSource(path, 100).status())) << path;
  }
}

TEST(ReadSourceTest, ADeviceBehindALinkIsRefused) {
  const Scratch scratch;
  ASSERT_EQ(symlink("/dev/zero", scratch.Path("link").c_str()), 0);
  EXPECT_FALSE(ReadSource(scratch.Path("link"), 100).ok());
}

TEST(ReadSourceTest, APipeIsReadToItsEnd) {
  const Scratch scratch;
  ASSERT_EQ(mkfifo(scratch.Path("fifo").c_str(), 0600), 0);
  std::thread writer([&scratch] {
    const Fd fd(open(scratch.Path("fifo").c_str(), O_WRONLY));
    EXPECT_EQ(write(fd.get(), "from a pipe", 11), 11);
  });
  EXPECT_EQ(ReadSource(scratch.Path("fifo"), 100).value(), "from a pipe");
  writer.join();
}

TEST(ReadAllTest, AnEndlessStreamStopsAtTheLimit) {
  const Fd zero(open("/dev/zero", O_RDONLY));
  EXPECT_TRUE(absl::IsOutOfRange(ReadAll(zero.get(), "zero", 1 << 20).status()));
}

TEST(ReadSourceTest, TheErrorNamesTheFileAndTheReason) {
  EXPECT_THAT(std::string(ReadSource("/no/such\x1b", 1).status().message()),
              HasSubstr("\"/no/such\\033\": No such file or directory"));
}

TEST(WriteAllTest, SurvivesANonBlockingFullPipe) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  const Fd reader(ends[0]);
  Fd writer(ends[1]);
  const std::string sent(1 << 20, 'x');
  size_t received = 0;
  std::thread drain([&] {
    char buffer[4096];
    while (received < sent.size()) {
      const ssize_t got = read(reader.get(), buffer, sizeof(buffer));
      if (got > 0) received += static_cast<size_t>(got);
    }
  });
  EXPECT_TRUE(WriteAll(writer.get(), sent).ok());
  drain.join();
  EXPECT_EQ(received, sent.size());
}

Destination ToDescriptor(int fd) {
  Destination destination;
  destination.kind = Destination::Kind::kDescriptor;
  destination.fd = fd;
  return destination;
}

Destination ToFile(const std::string& path) {
  Destination destination;
  destination.kind = Destination::Kind::kFile;
  destination.path = path;
  return destination;
}

absl::Status WriteTo(const Destination& destination, absl::string_view bytes) {
  absl::StatusOr<Target> target = Target::Open(destination, /*stdout_open=*/true);
  return target.ok() ? (*std::move(target)).Write(bytes) : target.status();
}

TEST(TargetTest, WritesAFileAndADescriptor) {
  const Scratch scratch;
  scratch.Write("r", "what was there is replaced");
  ASSERT_TRUE(WriteTo(ToFile(scratch.Path("r")), "record").ok());
  EXPECT_EQ(scratch.Read("r"), "record");
  const Fd fd(open(scratch.Path("f").c_str(), O_WRONLY | O_CREAT, 0600));
  ASSERT_TRUE(WriteTo(ToDescriptor(fd.get()), "x").ok());
  EXPECT_EQ(scratch.Read("f"), "x");
}

TEST(TargetTest, ABadDescriptorIsFoundBeforeTheRun) {
  EXPECT_FALSE(Target::Open(ToDescriptor(987), true).ok());
  const Fd only_reading(open("/dev/null", O_RDONLY));
  EXPECT_FALSE(Target::Open(ToDescriptor(only_reading.get()), true).ok());
  const Fd only_a_path(open("/dev/null", O_PATH));
  EXPECT_FALSE(Target::Open(ToDescriptor(only_a_path.get()), true).ok());
}

TEST(TargetTest, AFullDiskIsReported) {
  EXPECT_THAT(std::string(WriteTo(ToFile("/dev/full"), "x").message()),
              HasSubstr("\"/dev/full\": cannot write: No space left on device"));
}

TEST(TargetTest, AClosedStdoutIsReported) {
  Destination destination;
  destination.kind = Destination::Kind::kStdout;
  EXPECT_FALSE(Target::Open(destination, /*stdout_open=*/false).ok());
}

}  // namespace
}  // namespace jail::cli
