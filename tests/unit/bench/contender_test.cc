// What cold.py hands to jail_bench.
#include "tests/bench/contender.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace bench {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<Contender> Read(const std::string& text) {
  const std::string path = testing::TempDir() + "contenders-" + std::to_string(getpid());
  std::ofstream(path) << text;
  std::vector<Contender> all = ReadContenders(path);
  unlink(path.c_str());
  return all;
}

TEST(ContenderTest, IsALine) {
  const std::vector<Contender> all = Read(
      "hello\tbare\t1,8\t-\t0\t/bin/hello\nhello\tbwrap\t8\t/tmp/filter\t12\t/bin/bwrap\t--seccomp\t10\n");
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].program, "hello");
  EXPECT_EQ(all[0].name, "bare");
  EXPECT_THAT(all[0].at_once, ElementsAre(1, 8));
  EXPECT_EQ(all[0].start.opened, "");
  EXPECT_THAT(all[0].start.command, ElementsAre("/bin/hello"));
  EXPECT_EQ(all[1].start.opened, "/tmp/filter");
  EXPECT_EQ(all[0].start.server, 0);
  EXPECT_EQ(all[1].start.server, 12);
  EXPECT_THAT(all[1].start.command, ElementsAre("/bin/bwrap", "--seccomp", "10"));
}

TEST(ContenderTest, RefusesWhatIsNone) {
  EXPECT_THAT(Read(""), IsEmpty());
  EXPECT_THAT(Read("hello\tbare\t1\t-\t0\n"), IsEmpty());
  EXPECT_THAT(Read("hello\tbare\tone\t-\t0\t/bin/hello\n"), IsEmpty());
  EXPECT_THAT(Read("hello\tbare\t0\t-\t0\t/bin/hello\n"), IsEmpty());
  EXPECT_THAT(Read("hello\tbare\t1\t-\tnobody\t/bin/hello\n"), IsEmpty());
  EXPECT_THAT(ReadContenders("/nowhere/contenders"), IsEmpty());
}

// "{id}" is another word at each start; a batch in which one fails is no batch.
TEST(SpawnTest, StartsWithAnIdAndAFile) {
  const std::string file = testing::TempDir() + "opened-" + std::to_string(getpid());
  std::ofstream(file) << "text";
  const Start start = {{"/bin/sh", "-c", "cat /dev/fd/10; echo \" $0\"", "{id}"}, file, 0};
  const std::string first = OutputOf(start);
  EXPECT_THAT(first, testing::StartsWith("text jailrun-bench-"));
  EXPECT_NE(first, OutputOf(start));
  EXPECT_GT(TimeOnceMs(start), 0);
  unlink(file.c_str());
  EXPECT_LT(TimeOnceMs({{"/bin/false"}, "", 0}), 0);
}

TEST(SpawnTest, ABatchIsAllItsRuns) {
  const Batch batch = TimeBatch({{"/bin/sh", "-c", "sleep 0.05"}, "", 0}, 6, 3);
  EXPECT_GE(batch.seconds, 0.1);
  EXPECT_GT(batch.cpu_ms, 0);
  EXPECT_EQ(TimeBatch({{"/bin/false"}, "", 0}, 3, 2).seconds, 0);
  EXPECT_EQ(TimeBatch({{"/nowhere/program"}, "", 0}, 3, 2).seconds, 0);
}

TEST(SpawnTest, WhatAServerUsesCountsToo) {
  const pid_t server = fork();
  if (server == 0) {
    for (;;) {
    }
  }
  const Batch batch = TimeBatch({{"/bin/sleep", "0.5"}, "", server}, 1, 1);
  kill(server, SIGKILL);
  waitpid(server, nullptr, 0);
  EXPECT_GE(batch.cpu_ms, 40) << "a tenth of a processor, at the least";
  EXPECT_LE(batch.cpu_ms, 1e3 * batch.seconds + 60);
}

}  // namespace
}  // namespace bench
