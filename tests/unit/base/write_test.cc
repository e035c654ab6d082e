#include "jail/base/write.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <thread>

#include "gtest/gtest.h"
#include "jail/base/fd.h"

namespace jail {
namespace {

TEST(WriteFullyTest, WaitsForAReaderThatIsSlowWhateverItsFlagsAre) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const Fd read_end(ends[0]);
  Fd write_end(ends[1]);
  ASSERT_EQ(fcntl(write_end.get(), F_SETFL, O_NONBLOCK), 0);
  const std::string bytes(size_t{1} << 20, 'x');  // More than a pipe holds.
  std::string arrived;
  std::thread reader([&] {
    std::string piece(4096, '\0');
    ssize_t count = 0;
    while ((count = read(read_end.get(), piece.data(), piece.size())) > 0)
      arrived.append(piece.data(), static_cast<size_t>(count));
  });
  EXPECT_EQ(WriteFully(write_end.get(), bytes), 0);
  write_end.Reset();
  reader.join();
  EXPECT_EQ(arrived, bytes);
}

TEST(WriteFullyTest, SaysWhatIsWrong) {
  const Fd full(open("/dev/full", O_WRONLY | O_CLOEXEC));
  EXPECT_EQ(WriteFully(full.get(), "x"), ENOSPC);
  EXPECT_EQ(WriteFully(-1, "x"), EBADF);
  EXPECT_EQ(WriteFully(-1, ""), 0);
}

}  // namespace
}  // namespace jail
