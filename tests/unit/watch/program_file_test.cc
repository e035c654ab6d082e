#include "jail/watch/program_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace jail::watch {
namespace {

std::string OwnPath() {
  char path[4096];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof(path));
  return size > 0 ? std::string(path, static_cast<size_t>(size)) : "";
}

TEST(ProgramFileTest, LinksAreFollowed) {
  const std::string link = ::testing::TempDir() + "/program_link";
  unlink(link.c_str());
  ASSERT_EQ(symlink("/proc/self/exe", link.c_str()), 0);
  EXPECT_EQ(IdentifyProgram(link).path, OwnPath());
  unlink(link.c_str());
}

// The dynamic loader of this machine is there and has one, as all of Debian's programs do.
TEST(ProgramFileTest, BuildIdIsReadFromTheNotes) {
  const ProgramFile loader = IdentifyProgram("/lib64/ld-linux-x86-64.so.2");
  ASSERT_NE(loader.path, "");
  EXPECT_EQ(loader.build_id.size(), 20u);
  const ProgramFile shell = IdentifyProgram("/bin/sh");
  EXPECT_EQ(shell.build_id.size(), 20u);
  EXPECT_NE(shell.build_id, loader.build_id);
}

TEST(ProgramFileTest, WhatIsNoProgramHasNone) {
  EXPECT_EQ(IdentifyProgram("/nonexistent").path, "");
  const std::string path = ::testing::TempDir() + "program_file";
  const std::string header(
      "\x7f"
      "ELF\x02\x01\x01",
      7);
  for (const std::string& content : {std::string(), std::string("#!/bin/sh\n"), header,
                                     header + std::string(57, '\xff'), header + std::string(5000, '\0')}) {
    std::ofstream(path, std::ios::trunc) << content;
    EXPECT_NE(IdentifyProgram(path).path, "");
    EXPECT_EQ(IdentifyProgram(path).build_id, "");
  }
  unlink(path.c_str());
}

}  // namespace
}  // namespace jail::watch
