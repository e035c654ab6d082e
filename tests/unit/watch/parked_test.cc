#include "jail/watch/parked.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "jail/base/sys.h"
#include "jail/plan/layout.h"

namespace jail::watch {
namespace {

using std::string_literals::operator""s;

// The other side of a helper, in the hands of a test.
struct FakeHelper {
  explicit FakeHelper(bool runtime) {
    Pair(SOCK_SEQPACKET, &helper.control, &control);
    if (runtime) Pair(SOCK_STREAM, &helper.loader, &loader);
  }
  static void Pair(int type, Fd* ours, Fd* theirs) {
    int ends[2];
    ASSERT_EQ(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends), 0);
    *ours = Fd(ends[0]);
    *theirs = Fd(ends[1]);
  }
  void Say(plan::Message message) const {
    ASSERT_EQ(SendByte(control.get(), static_cast<uint8_t>(message)), 0);
  }

  Helper helper;
  Fd control, loader;
};

v1::PhasePlan SmallPhase() {
  v1::PhasePlan phase;
  for (const char* word : {"/usr/bin/lang", "--flag", "/work/main.x", "", "b"}) phase.add_argv(word);
  phase.mutable_parked()->set_program_argv(2);
  v1::SourceFile* file = phase.add_files();
  file->set_path("main.x");
  file->set_content("\0\xff"s);
  return phase;
}

TEST(ParkedTest, ALoaderIsToldTheProgramAndItsFiles) {
  const std::string told =
      "\0\0\0\3\0\0\0\14/work/main.x\0\0\0\0\0\0\0\1b"
      "\0\0\0\1\0\0\0\6main.x\0\0\0\2\0\xff"
      "\0\0\0\1\0\0\0\1p\0\0\0\1q"s;
  v1::SourceFile product;
  product.set_path("p");
  product.set_content("q");
  const v1::PhasePlan phase = SmallPhase();
  EXPECT_EQ(LoaderMessage({phase, {product}}), "\0\0\0"s + static_cast<char>(told.size()) + told);
}

TEST(ParkedTest, AJailIsParkedWhenItsHelperSaysSo) {
  FakeHelper fake(false);
  bool parked = false;
  EXPECT_FALSE(Listen(&fake.helper, &parked));
  EXPECT_FALSE(parked);
  fake.Say(plan::Message::kReport);
  EXPECT_FALSE(Listen(&fake.helper, &parked));
  EXPECT_FALSE(parked);
  fake.Say(plan::Message::kParked);
  EXPECT_FALSE(Listen(&fake.helper, &parked));
  EXPECT_TRUE(parked);
}

TEST(ParkedTest, ARuntimeIsParkedWhenItsLoaderSaysSo) {
  FakeHelper fake(true);
  bool parked = false;
  fake.Say(plan::Message::kReport);
  EXPECT_FALSE(Listen(&fake.helper, &parked));
  EXPECT_FALSE(parked);
  ASSERT_EQ(write(fake.loader.get(), "R", 1), 1);
  EXPECT_FALSE(Listen(&fake.helper, &parked));
  EXPECT_TRUE(parked);
}

TEST(ParkedTest, WhatNeverWillBeReadyIsAFault) {
  bool parked = false;
  FakeHelper done(false);
  done.Say(plan::Message::kDone);
  EXPECT_EQ(Listen(&done.helper, &parked).error, ECANCELED);
  FakeHelper other(true);
  ASSERT_EQ(write(other.loader.get(), "x", 1), 1);
  EXPECT_EQ(Listen(&other.helper, &parked).error, EPROTO);
  FakeHelper silent(true);
  silent.loader.Reset();
  EXPECT_EQ(Listen(&silent.helper, &parked).error, EPROTO);
  EXPECT_FALSE(parked);
}

TEST(ParkedTest, TheProgramIsToldOnceItsLimitsCount) {
  const v1::PhasePlan phase = SmallPhase();
  FakeHelper fake(true);
  fake.Say(plan::Message::kBegun);
  EXPECT_FALSE(StartParked(-1, {phase, {}}, &fake.helper));
  EXPECT_TRUE(fake.helper.runtime);
  std::string told(1000, '\0');
  told.resize(static_cast<size_t>(read(fake.loader.get(), told.data(), told.size())));
  EXPECT_EQ(told, LoaderMessage({phase, {}}));
  EXPECT_EQ(read(fake.loader.get(), told.data(), told.size()), 0) << "and nothing else, ever";
}

TEST(ParkedTest, NothingIsToldWhenTheHelperRefuses) {
  const v1::PhasePlan phase = SmallPhase();
  for (const bool says : {true, false}) {
    FakeHelper fake(true);
    if (says) fake.Say(plan::Message::kDone);
    const Fd theirs = std::move(fake.control);
    shutdown(theirs.get(), SHUT_WR);
    EXPECT_NE(StartParked(-1, {phase, {}}, &fake.helper).error, 0);
    char byte;
    EXPECT_EQ(read(fake.loader.get(), &byte, 1), 0);
  }
}

TEST(ParkedTest, ALoaderThatHasDiedIsAFault) {
  const v1::PhasePlan phase = SmallPhase();
  FakeHelper fake(true);
  fake.Say(plan::Message::kBegun);
  fake.loader.Reset();
  EXPECT_EQ(StartParked(-1, {phase, {}}, &fake.helper).error, EPIPE);
}

}  // namespace
}  // namespace jail::watch
