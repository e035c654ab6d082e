#include "jail/plan/seal.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jail/plan/layout.h"
#include "jail/plan/view.h"

namespace jail::plan {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

v1::SourceFile MakeFile(const std::string& path, const std::string& content) {
  v1::SourceFile file;
  file.set_path(path);
  file.set_content(content);
  return file;
}

v1::RunPlan MakePlan() {
  v1::RunPlan plan;
  plan.set_rootfs("host");
  plan.set_hostname("jail");
  v1::PhasePlan& phase = *plan.add_phases();
  phase.add_argv("/usr/bin/python3");
  phase.add_argv("");
  phase.add_argv("main.py");
  phase.add_env("HOME=/tmp");
  phase.set_policy("default");
  v1::Limits& limits = *phase.mutable_limits();
  limits.set_wall_time_ms(5000);
  limits.set_cpu_time_ms(4000);
  limits.set_memory_bytes(256 << 20);
  limits.set_stack_bytes(8 << 20);
  limits.set_file_bytes(1 << 20);
  limits.set_disk_bytes(64 << 20);
  limits.set_disk_inodes(4096);
  limits.set_processes(50);
  limits.set_open_files(256);
  *phase.add_files() = MakeFile("main.py", "print('hello')\n");
  *phase.add_files() = MakeFile("data/empty", "");
  return plan;
}

std::string ReadAll(int fd) {
  std::string bytes(static_cast<size_t>(lseek(fd, 0, SEEK_END)), '\0');
  EXPECT_EQ(pread(fd, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  return bytes;
}

// Aligned as a mapping would be.
struct Opened {
  explicit Opened(const std::string& bytes) : words((bytes.size() + 7) / 8) {
    std::memcpy(words.data(), bytes.data(), bytes.size());
    error = View::Check(words.data(), bytes.size(), &view);
  }
  std::vector<uint64_t> words;
  View view;
  int error;
};

std::vector<std::string> Argv(const View& view) {
  std::vector<const char*> pointers(kMaxStrings + 1);
  view.Argv(pointers.data());
  return {pointers.begin(), pointers.begin() + view.header().argc};
}

TEST(SealTest, TheViewReadsBackWhatWasSealed) {
  const v1::RunPlan plan = MakePlan();
  const std::string binary(
      "\x7f"
      "ELF\0\1",
      6);
  const auto sealed = Seal(plan, plan.phases(0), {MakeFile("a.out", binary)});
  ASSERT_TRUE(sealed.ok()) << sealed.status();
  const Opened opened(ReadAll(sealed->fd.get()));
  ASSERT_EQ(opened.error, 0);
  const View& view = opened.view;
  EXPECT_STREQ(view.header().root, "host");
  EXPECT_STREQ(view.header().policy, "default");
  EXPECT_STREQ(view.header().hostname, "jail");
  EXPECT_THAT(Argv(view), ElementsAre("/usr/bin/python3", "", "main.py"));
  ASSERT_EQ(view.file_count(), 3u);
  EXPECT_STREQ(view.path(view.file(0)), "main.py");
  EXPECT_EQ(view.file(1).content.size, 0u);
  EXPECT_EQ(view.file(1).place, Place::kWork);
  EXPECT_EQ(view.file(2).place, Place::kApp);
  EXPECT_EQ(std::string(view.content(view.file(2)), view.file(2).content.size), binary);
}

TEST(SealTest, AnExecutableOfTheJobLiesWhereProductsDo) {
  v1::RunPlan plan = MakePlan();
  plan.mutable_phases(0)->mutable_files(0)->set_executable(true);
  const auto sealed = Seal(plan, plan.phases(0), {});
  ASSERT_TRUE(sealed.ok()) << sealed.status();
  const Opened opened(ReadAll(sealed->fd.get()));
  ASSERT_EQ(opened.error, 0);
  EXPECT_EQ(opened.view.file(0).place, Place::kApp);
  EXPECT_EQ(opened.view.file(1).place, Place::kWork);
}

TEST(SealTest, LimitsArriveInTheLayoutsUnits) {
  const v1::RunPlan plan = MakePlan();
  const auto sealed = Seal(plan, plan.phases(0), {});
  ASSERT_TRUE(sealed.ok()) << sealed.status();
  const Opened opened(ReadAll(sealed->fd.get()));
  ASSERT_EQ(opened.error, 0);
  const Limits& limits = opened.view.limits();
  EXPECT_EQ(limits.wall_time_us, 5'000'000);
  EXPECT_EQ(limits.cpu_time_us, 4'000'000);
  EXPECT_EQ(limits.memory_bytes, 256 << 20);
  EXPECT_EQ(limits.stack_bytes, 8 << 20);
  EXPECT_EQ(limits.file_bytes, 1 << 20);
  EXPECT_EQ(limits.disk_bytes, 64 << 20);
  EXPECT_EQ(limits.disk_inodes, 4096);
  EXPECT_EQ(limits.processes, 50);
  EXPECT_EQ(limits.open_files, 256);
  EXPECT_EQ(limits.cpu_millicores, 0);
}

TEST(SealTest, NobodyCanChangeASealedPlan) {
  const v1::RunPlan plan = MakePlan();
  const auto sealed = Seal(plan, plan.phases(0), {});
  ASSERT_TRUE(sealed.ok()) << sealed.status();
  const int fd = sealed->fd.get();
  EXPECT_EQ(pwrite(fd, "x", 1, 0), -1);
  EXPECT_EQ(errno, EPERM);
  EXPECT_EQ(ftruncate(fd, 0), -1);
  EXPECT_EQ(ftruncate(fd, 1 << 20), -1);
  EXPECT_EQ(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
  EXPECT_EQ(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
  EXPECT_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
}

TEST(SealTest, TheHashIsOfTheBytesAndTheSamePlanGivesTheSameOne) {
  const v1::RunPlan plan = MakePlan();
  const auto first = Seal(plan, plan.phases(0), {});
  const auto second = Seal(plan, plan.phases(0), {});
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->sha256, second->sha256);
  const std::string bytes = ReadAll(first->fd.get());
  std::array<uint8_t, 32> hash;
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  EXPECT_EQ(first->sha256, hash);
}

TEST(SealTest, RequiredProtectionsBecomeBits) {
  v1::RunPlan plan = MakePlan();
  plan.add_required_protections(v1::PROTECTION_MEMORY_CGROUP);
  plan.add_required_protections(v1::PROTECTION_NO_NESTED_NAMESPACES);
  const auto sealed = Seal(plan, plan.phases(0), {});
  ASSERT_TRUE(sealed.ok()) << sealed.status();
  const Opened opened(ReadAll(sealed->fd.get()));
  ASSERT_EQ(opened.error, 0);
  EXPECT_EQ(opened.view.header().required, (1u << kMemoryCgroup) | (1u << kNoNestedNamespaces));
}

uint32_t SealedFlags(const v1::RunPlan& plan, const SealOptions& options = {}) {
  const auto sealed = Seal(plan, plan.phases(0), {}, options);
  if (!sealed.ok()) return ~0u;
  Header header;
  return pread(sealed->fd.get(), &header, sizeof header, 0) == sizeof header ? header.flags : ~0u;
}

TEST(SealTest, FlagsFollowFromThePlan) {
  v1::RunPlan plan = MakePlan();
  EXPECT_EQ(SealedFlags(plan), 0u);
  EXPECT_EQ(SealedFlags(plan, {.flags = kRootless}), uint32_t{kRootless});
  plan.mutable_phases(0)->add_products("a.out");
  EXPECT_EQ(SealedFlags(plan), uint32_t{kSendWork});
  plan.mutable_phases(0)->clear_products();
  plan.mutable_phases(0)->add_artifact_globs("*.txt");
  plan.set_enforcement(v1::ENFORCEMENT_BEST_EFFORT);
  EXPECT_EQ(SealedFlags(plan), uint32_t{kSendWork | kBestEffort});
}

// What two jobs must have in common to use the same parked jail, and what not.
TEST(SealTest, TheShapeIsWhatAJailIsBuiltFrom) {
  const v1::RunPlan plan = MakePlan();
  const auto shape = [](v1::RunPlan changed, void (*change)(v1::RunPlan*, v1::PhasePlan*)) {
    change(&changed, changed.mutable_phases(0));
    return ComposeShape(changed, changed.phases(0)).value_or("");
  };
  const std::string same = shape(plan, [](v1::RunPlan*, v1::PhasePlan*) {});
  ASSERT_FALSE(same.empty());
  using Change = void (*)(v1::RunPlan*, v1::PhasePlan*);
  constexpr Change kNotOfIt[] = {
      [](v1::RunPlan*, v1::PhasePlan* phase) { phase->add_argv("more"); },
      [](v1::RunPlan*, v1::PhasePlan* phase) { phase->add_env("A=b"); },
      [](v1::RunPlan*, v1::PhasePlan* phase) { phase->add_files()->set_path("other"); },
      [](v1::RunPlan*, v1::PhasePlan* phase) { phase->mutable_limits()->set_memory_bytes(12345678); },
      [](v1::RunPlan*, v1::PhasePlan* phase) { phase->mutable_limits()->set_wall_time_ms(77); },
      [](v1::RunPlan*, v1::PhasePlan* phase) { phase->mutable_limits()->set_processes(3); },
      [](v1::RunPlan*, v1::PhasePlan* phase) { phase->mutable_limits()->set_open_files(9); },
  };
  for (const Change change : kNotOfIt) EXPECT_EQ(shape(plan, change), same);
  constexpr Change kOfIt[] = {
      [](v1::RunPlan* changed, v1::PhasePlan*) { changed->set_hostname("other"); },
      [](v1::RunPlan* changed, v1::PhasePlan*) { changed->set_enforcement(v1::ENFORCEMENT_BEST_EFFORT); },
      [](v1::RunPlan* changed, v1::PhasePlan*) {
        changed->add_required_protections(v1::PROTECTION_LANDLOCK);
      },
      [](v1::RunPlan*, v1::PhasePlan* phase) { phase->set_policy("other"); },
      [](v1::RunPlan*, v1::PhasePlan* phase) { phase->add_artifact_globs("*.txt"); },
      [](v1::RunPlan*, v1::PhasePlan* phase) { phase->mutable_limits()->set_disk_bytes(4096); },
      [](v1::RunPlan*, v1::PhasePlan* phase) { phase->mutable_limits()->set_disk_inodes(5); },
      [](v1::RunPlan*, v1::PhasePlan* phase) { phase->mutable_limits()->set_cpu_millicores(5); },
      [](v1::RunPlan*, v1::PhasePlan* phase) { phase->mutable_limits()->set_io_read_bytes_per_second(5); },
  };
  for (const Change change : kOfIt) EXPECT_NE(shape(plan, change), same);
}

// What is sealed as a shape and what is sealed as a job agree about that.
TEST(SealTest, AJobFitsItsOwnShapeAndNoOther) {
  v1::RunPlan plan = MakePlan();
  const std::string shape = ComposeShape(plan, plan.phases(0)).value_or("");
  const auto job = Seal(plan, plan.phases(0), {});
  ASSERT_TRUE(job.ok()) << job.status();
  const Opened parked(shape), wanted(ReadAll(job->fd.get()));
  ASSERT_EQ(parked.error, 0);
  ASSERT_EQ(wanted.error, 0);
  EXPECT_TRUE(parked.view.Has(kPark));
  EXPECT_TRUE(SameShape(parked.view.header(), wanted.view.header()));
  EXPECT_FALSE(SameShape(wanted.view.header(), wanted.view.header())) << "a job is no parked jail";
  EXPECT_FALSE(SameShape(parked.view.header(), parked.view.header())) << "a shape is no job";
  plan.mutable_phases(0)->mutable_limits()->set_disk_bytes(4096);
  const auto other = Seal(plan, plan.phases(0), {});
  ASSERT_TRUE(other.ok()) << other.status();
  const Opened unlike(ReadAll(other->fd.get()));
  EXPECT_FALSE(SameShape(parked.view.header(), unlike.view.header()));
}

v1::RunPlan RuntimePlan() {
  v1::RunPlan plan = MakePlan();
  v1::ParkedStart& parked = *plan.mutable_phases(0)->mutable_parked();
  parked.add_argv("/usr/bin/python3");
  parked.add_argv("/app/loader.py");
  parked.set_program_argv(1);
  return plan;
}

std::string RuntimeShape(const v1::RunPlan& plan, int channels = 0) {
  const v1::SourceFile loader = MakeFile("loader.py", "wait()");
  return ComposeRuntimeShape(plan, plan.phases(0), {&loader}, {.channels = channels}).value_or("");
}

TEST(SealTest, ARuntimesShapeHasItsLoaderAsTheProgram) {
  const Opened parked(RuntimeShape(RuntimePlan(), 2));
  ASSERT_EQ(parked.error, 0);
  EXPECT_TRUE(parked.view.Has(kParkRuntime));
  EXPECT_THAT(Argv(parked.view), ElementsAre("/usr/bin/python3", "/app/loader.py", "7"));
  EXPECT_EQ(parked.view.header().envc, 1u);
  EXPECT_EQ(parked.view.header().channel_count, 3u) << "the loader's is the last";
  ASSERT_EQ(parked.view.file_count(), 1u);
  EXPECT_STREQ(parked.view.path(parked.view.file(0)), "loader.py");
  EXPECT_EQ(parked.view.file(0).place, Place::kApp);
  const v1::RunPlan plan = RuntimePlan();
  EXPECT_FALSE(ComposeRuntimeShape(plan, plan.phases(0), {}, {.channels = kMaxChannels}).ok());
}

// All that a process has from its start, and all limits but the clocks of the helper's, must be the job's.
TEST(SealTest, ARuntimesShapeHasItsLimitsAndEnvironment) {
  const std::string same = RuntimeShape(RuntimePlan());
  using Change = void (*)(v1::PhasePlan*);
  constexpr Change kNotOfIt[] = {
      [](v1::PhasePlan* phase) { phase->add_argv("more"); },
      [](v1::PhasePlan* phase) { phase->add_files()->set_path("other"); },
      [](v1::PhasePlan* phase) { phase->mutable_limits()->set_wall_time_ms(77); },
      [](v1::PhasePlan* phase) { phase->mutable_limits()->set_idle_time_ms(77); },
      [](v1::PhasePlan* phase) { phase->mutable_limits()->set_output_bytes(77); },
  };
  constexpr Change kOfIt[] = {
      [](v1::PhasePlan* phase) { phase->add_env("A=b"); },
      [](v1::PhasePlan* phase) { phase->mutable_limits()->set_memory_bytes(12345678); },
      [](v1::PhasePlan* phase) { phase->mutable_limits()->set_cpu_time_ms(77); },
      [](v1::PhasePlan* phase) { phase->mutable_limits()->set_processes(3); },
      [](v1::PhasePlan* phase) { phase->mutable_limits()->set_open_files(9); },
      [](v1::PhasePlan* phase) { phase->mutable_limits()->set_stack_bytes(4096); },
      [](v1::PhasePlan* phase) { phase->mutable_limits()->set_grace_ms(5); },
      [](v1::PhasePlan* phase) { phase->mutable_limits()->set_cpu_set("0"); },
      [](v1::PhasePlan* phase) { phase->mutable_parked()->add_argv("--other"); },
  };
  const Opened parked(same);
  ASSERT_EQ(parked.error, 0);
  const auto fits = [&](const v1::RunPlan& plan) {
    const auto job = Seal(plan, plan.phases(0), {});
    EXPECT_TRUE(job.ok()) << job.status();
    const Opened wanted(ReadAll(job->fd.get()));
    return wanted.error == 0 && SameRuntimeShape(parked.view.header(), wanted.view.header());
  };
  for (const Change change : kNotOfIt) {
    v1::RunPlan plan = RuntimePlan();
    change(plan.mutable_phases(0));
    EXPECT_EQ(RuntimeShape(plan), same);
    EXPECT_TRUE(fits(plan));
  }
  for (const Change change : kOfIt) {
    v1::RunPlan plan = RuntimePlan();
    change(plan.mutable_phases(0));
    EXPECT_NE(RuntimeShape(plan), same);
  }
  v1::RunPlan more_memory = RuntimePlan();
  more_memory.mutable_phases(0)->mutable_limits()->set_memory_bytes(1 << 30);
  EXPECT_FALSE(fits(more_memory)) << "the helper must not believe the caller there";
}

TEST(SealTest, TheTwoWaysOfParkingAreNotMixedUp) {
  const v1::RunPlan plan = RuntimePlan();
  const Opened runtime(RuntimeShape(plan)), empty(ComposeShape(plan, plan.phases(0)).value_or(""));
  const Opened job(ReadAll(Seal(plan, plan.phases(0), {})->fd.get()));
  EXPECT_TRUE(SameRuntimeShape(runtime.view.header(), job.view.header()));
  EXPECT_FALSE(SameShape(runtime.view.header(), job.view.header()));
  EXPECT_FALSE(SameRuntimeShape(empty.view.header(), job.view.header()));
  EXPECT_FALSE(SameRuntimeShape(runtime.view.header(), runtime.view.header()));
  std::string both = RuntimeShape(plan);
  Header header;
  std::memcpy(&header, both.data(), sizeof header);
  header.flags |= kPark;
  header.channel_count = 0;
  std::memcpy(both.data(), &header, sizeof header);
  EXPECT_EQ(Opened(both).error, EPROTO);
}

TEST(SealTest, WhatAShapeNeedsIsReadFromIt) {
  const absl::optional<ShapeNeeds> runtime = NeedsOf(RuntimeShape(RuntimePlan(), 1));
  ASSERT_TRUE(runtime.has_value());
  EXPECT_TRUE(runtime->runtime);
  EXPECT_EQ(runtime->channels, 2);
  const v1::RunPlan plan = MakePlan();
  const absl::optional<ShapeNeeds> empty = NeedsOf(ComposeShape(plan, plan.phases(0)).value_or(""));
  ASSERT_TRUE(empty.has_value());
  EXPECT_FALSE(empty->runtime);
  EXPECT_EQ(empty->channels, 0);
  EXPECT_FALSE(NeedsOf("short").has_value());
  EXPECT_FALSE(NeedsOf(std::string(1000, '\xff')).has_value()) << "more channels than there can be";
}

struct BadPlan {
  const char* because;
  void (*spoil)(v1::RunPlan*);
};

TEST(SealTest, RefusesWhatTheLayoutCannotHold) {
  const BadPlan kCases[] = {
      {"argv: is empty", [](v1::RunPlan* plan) { plan->mutable_phases(0)->clear_argv(); }},
      {"argv: \"a\\000b\" has a NUL inside",
       [](v1::RunPlan* plan) { plan->mutable_phases(0)->add_argv(std::string("a\0b", 3)); }},
      {"env: 4097 are more than the plan's 4096",
       [](v1::RunPlan* plan) {
         for (int i = 0; i < 4096; ++i) plan->mutable_phases(0)->add_env("A=b");
       }},
      {"files: 1025 are more than the plan's 1024",
       [](v1::RunPlan* plan) {
         for (int i = 0; i < 1023; ++i) *plan->mutable_phases(0)->add_files() = MakeFile("x", "");
       }},
      {"files: the path \"../x\" cannot be written in a jail",
       [](v1::RunPlan* plan) { *plan->mutable_phases(0)->add_files() = MakeFile("../x", ""); }},
      {"required_protections: no protection 32",
       [](v1::RunPlan* plan) { plan->add_required_protections(static_cast<v1::Protection>(32)); }},
      {"policy: \"\" must have 1 to 31 bytes",
       [](v1::RunPlan* plan) { plan->mutable_phases(0)->clear_policy(); }},
      {"rootfs: \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\" must have 1 to 31 bytes",
       [](v1::RunPlan* plan) { plan->set_rootfs(std::string(32, 'a')); }},
  };
  for (const BadPlan& c : kCases) {
    v1::RunPlan plan = MakePlan();
    c.spoil(&plan);
    const auto sealed = Seal(plan, plan.phases(0), {});
    ASSERT_FALSE(sealed.ok()) << c.because;
    EXPECT_THAT(sealed.status().message(), HasSubstr(c.because));
  }
}

TEST(SealTest, RefusesTooManyChannels) {
  const v1::RunPlan plan = MakePlan();
  EXPECT_THAT(Seal(plan, plan.phases(0), {}, {.channels = 9}).status().message(), HasSubstr("channels: 9"));
}

TEST(SealTest, RefusesMoreBytesThanAPlanHolds) {
  v1::RunPlan plan = MakePlan();
  *plan.mutable_phases(0)->add_files() = MakeFile("big", std::string(kMaxPlanBytes, 'x'));
  EXPECT_TRUE(absl::IsResourceExhausted(Seal(plan, plan.phases(0), {}).status()));
}

}  // namespace
}  // namespace jail::plan
