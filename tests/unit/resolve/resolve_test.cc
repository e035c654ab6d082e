#include "jail/resolve/resolve.h"

#include <string>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jail/plan/builtin.h"
#include "jail/resolve/catalog.h"
#include "tests/unit/resolve/full_host.h"

namespace jail::resolve {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::StartsWith;

v1::JobSpec MakeJob() {
  v1::JobSpec job;
  job.set_language("python");
  v1::SourceFile& file = *job.add_files();
  file.set_path("main.py");
  file.set_content("print('hello')\n");
  return job;
}

void AddFile(v1::JobSpec* job, const std::string& path) { job->add_files()->set_path(path); }

void SetCommand(v1::JobSpec* job, const std::string& program) {
  job->Clear();
  job->add_command(program);
}

std::string KnownLanguages() {
  std::vector<std::string> names;
  for (const v1::Runtime& runtime : Catalog().runtimes()) names.push_back(runtime.name());
  return absl::StrCat("(known: ", absl::StrJoin(names, ", "), ")");
}

struct BadJob {
  const char* message;  // Begins with the field.
  void (*spoil)(v1::JobSpec*);
};

void ExpectRefusals(absl::Span<const BadJob> cases) {
  for (const BadJob& c : cases) {
    v1::JobSpec job = MakeJob();
    c.spoil(&job);
    const absl::StatusOr<v1::RunPlan> plan = ResolveWithAll(job);
    ASSERT_FALSE(plan.ok()) << c.message;
    EXPECT_EQ(plan.status().message(), c.message);
  }
}

TEST(ResolveTest, AnUnknownLanguageIsToldWhichThereAre) {
  v1::JobSpec job = MakeJob();
  job.set_language("pyton");
  EXPECT_EQ(ResolveWithAll(job).status().message(),
            absl::StrCat("language: no language \"pyton\", did you mean \"python\"? ", KnownLanguages()));
  job.clear_language();
  job.mutable_files(0)->set_path("x.zzz");
  EXPECT_EQ(ResolveWithAll(job).status().message(),
            absl::StrCat("language: is unset, and the name \"x.zzz\" does not tell it ", KnownLanguages()));
}

TEST(ResolveTest, RefusesBadNamesAndSuggestsBetterOnes) {
  ExpectRefusals({
      {"language: is unset, and so are files and command: nothing to run",
       [](v1::JobSpec* job) { job->Clear(); }},
      {"policy: no policy \"defualt\", did you mean \"default\"? (known: compile, default)",
       [](v1::JobSpec* job) { job->set_policy("defualt"); }},
      {"policy: no policy \"init\" (known: compile, default)",
       [](v1::JobSpec* job) { job->set_policy("init"); }},
      {"policy: no policy \"default\\000x\", did you mean \"default\"? (known: compile, default)",
       [](v1::JobSpec* job) { job->set_policy(std::string("default\0x", 9)); }},
      {"rootfs: no root \"hots\", did you mean \"host\"? (known: host; root makes images: make rootfs)",
       [](v1::JobSpec* job) { job->set_rootfs("hots"); }},
      {"job_id: \"a b\" has characters other than A-Z a-z 0-9 . _ -",
       [](v1::JobSpec* job) { job->set_job_id("a b"); }},
      {"job_id: is over 64 characters", [](v1::JobSpec* job) { job->set_job_id(std::string(65, 'a')); }},
  });
}

TEST(ResolveTest, AnImageIsNamedInThePlanAndItsProgramsAreTheOnesThatCount) {
  v1::JobSpec job = MakeJob();
  job.set_rootfs("small");
  Host host;
  host.image.emplace().set_folder("small-0123456789abcdef");
  host.image->set_sha256("digest");
  const absl::StatusOr<v1::RunPlan> without = Resolve(job, {}, host);
  EXPECT_EQ(without.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(without.status().message(),
              testing::HasSubstr("is not in the image small-0123456789abcdef: it has no /usr/bin/python3"));
  host.programs.insert("/usr/bin/python3");
  const absl::StatusOr<v1::RunPlan> plan = Resolve(job, {}, host);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->rootfs(), "small");
  EXPECT_EQ(plan->image().folder(), "small-0123456789abcdef");
  EXPECT_EQ(plan->image().sha256(), "digest");
}

TEST(ResolveTest, ImagesThatThereAreAreNamedWhenAnotherIsAskedFor) {
  v1::JobSpec job = MakeJob();
  job.set_rootfs("smal");
  Host host;
  host.image_names = {"small", "languages"};
  EXPECT_EQ(
      Resolve(job, {}, host).status().message(),
      "rootfs: no root \"smal\", did you mean \"small\"? (known: host, small, languages; root makes images: "
      "make rootfs)");
}

TEST(ResolveTest, TheSiteHasARootForJobsThatNameNone) {
  v1::Site site;
  EXPECT_EQ(RootfsOf({}, site), "host");
  site.set_rootfs("small");
  EXPECT_EQ(RootfsOf({}, site), "small");
  v1::JobSpec job;
  job.set_rootfs("host");
  EXPECT_EQ(RootfsOf(job, site), "host");
}

v1::RunPlan Resolved(const v1::JobSpec& job) {
  const absl::StatusOr<v1::RunPlan> plan = ResolveWithAll(job);
  EXPECT_TRUE(plan.ok()) << plan.status();
  return plan.value_or(v1::RunPlan());
}

TEST(ResolveTest, RefusesVariantsAndStandardsThatThereAreNot) {
  ExpectRefusals({
      {"variant: python has no \"clang\" (known: scientific, call)",
       [](v1::JobSpec* job) { job->set_variant("clang"); }},
      {"variant: cpp has no \"clagn\", did you mean \"clang\"? (known: clang, asan)",
       [](v1::JobSpec* job) {
         job->set_language("cpp");
         job->set_variant("clagn");
       }},
      {"standard: python has none to choose from", [](v1::JobSpec* job) { job->set_standard("3.12"); }},
      {"standard: c has no \"c17 -o /x\" (known: gnu17, c17, gnu11, c11, gnu99, c99, gnu89, c89, gnu2x, c2x)",
       [](v1::JobSpec* job) {
         job->set_language("c");
         job->set_standard("c17 -o /x");
       }},
      {"variant: is for languages; a command has none",
       [](v1::JobSpec* job) {
         SetCommand(job, "/bin/true");
         job->set_variant("clang");
       }},
      {"standard: is for languages; a command has none",
       [](v1::JobSpec* job) {
         SetCommand(job, "/bin/true");
         job->set_standard("c17");
       }},
  });
}

TEST(ResolveTest, AVariantIsLaidOverTheLanguage) {
  v1::JobSpec job = MakeJob();
  job.set_language("cpp");
  const v1::RunPlan usual = Resolved(job);
  job.set_variant("asan");
  job.set_standard("c++17");
  const v1::RunPlan plan = Resolved(job);
  EXPECT_EQ(plan.variant(), "asan");
  EXPECT_EQ(plan.standard(), "c++17");
  const v1::PhasePlan& compile = plan.phases(0);
  EXPECT_THAT(compile.argv(), Contains("-fsanitize=address,undefined"));
  EXPECT_THAT(compile.argv(), Contains("-std=c++17"));
  EXPECT_EQ(compile.argv(0), usual.phases(0).argv(0));
  EXPECT_EQ(compile.limits().memory_bytes(), usual.phases(0).limits().memory_bytes())
      << "what it leaves unsaid";
  EXPECT_THAT(compile.products(), ElementsAre("a.out"));
  EXPECT_THAT(plan.phases(1).argv(), ElementsAre("/app/a.out"));
  EXPECT_THAT(plan.phases(1).env(), Contains(StartsWith("ASAN_OPTIONS=")));
  EXPECT_EQ(plan.phases(1).memory_signs_size(), usual.phases(1).memory_signs_size());
  EXPECT_EQ(plan.phases(1).report_signs_size(), 2);
  EXPECT_EQ(usual.phases(1).report_signs_size(), 0);
}

TEST(ResolveTest, WhatHasLittleIsNotStartedAhead) {
  const v1::PhasePlan usual = Resolved(MakeJob()).phases(0);
  EXPECT_TRUE(usual.has_parked());
  v1::JobSpec job = MakeJob();
  job.mutable_limits()->set_memory_bytes(4 * usual.floor_memory_bytes());
  job.mutable_limits()->set_processes(2 * usual.floor_processes());
  EXPECT_TRUE(Resolved(job).phases(0).has_parked());
  v1::JobSpec less = job;
  less.mutable_limits()->set_memory_bytes(job.limits().memory_bytes() - 1);
  EXPECT_FALSE(Resolved(less).phases(0).has_parked());
  less = job;
  less.mutable_limits()->set_processes(job.limits().processes() - 1);
  EXPECT_FALSE(Resolved(less).phases(0).has_parked());
}

TEST(ResolveTest, TheFirstStandardIsTheDefault) {
  v1::JobSpec job = MakeJob();
  job.set_language("cpp");
  EXPECT_EQ(Resolved(job).standard(), "gnu++20");
  EXPECT_THAT(Resolved(job).phases(0).argv(), Contains("-std=gnu++20"));
  EXPECT_EQ(Resolved(MakeJob()).standard(), "");
}

TEST(ResolveTest, LimitsReachTheRuntimesEnvironmentAndWords) {
  v1::JobSpec job = MakeJob();
  job.set_language("go");
  job.mutable_limits()->set_memory_bytes(100 << 20);
  EXPECT_THAT(Resolved(job).phases(1).env(), Contains("GOMEMLIMIT=90MiB"));
  (*job.mutable_env())["GOMEMLIMIT"] = "{memory_mib}";
  EXPECT_THAT(Resolved(job).phases(1).env(), Contains("GOMEMLIMIT={memory_mib}")) << "a job's own words stay";
  job.set_language("java");
  job.mutable_limits()->set_stack_bytes(5 << 20);
  EXPECT_THAT(Resolved(job).phases(1).argv(), Contains("-Xss5m"));
  EXPECT_THAT(Resolved(job).phases(1).argv(), Contains("-XX:MaxRAM=100m"));
}

TEST(ResolveTest, RefusesPathsThatCouldLeaveTheWorkDirectory) {
  ExpectRefusals({
      {"files[1].path: \"../x\" has a part \"..\"", [](v1::JobSpec* job) { AddFile(job, "../x"); }},
      {"files[1].path: \"a/../x\" has a part \"..\"", [](v1::JobSpec* job) { AddFile(job, "a/../x"); }},
      {"files[1].path: \"./x\" has a part \".\"", [](v1::JobSpec* job) { AddFile(job, "./x"); }},
      {"files[1].path: \"a//x\" has an empty part", [](v1::JobSpec* job) { AddFile(job, "a//x"); }},
      {"files[1].path: \"a/\" has an empty part", [](v1::JobSpec* job) { AddFile(job, "a/"); }},
      {"files[1].path: \"/etc/passwd\" is absolute; it must be relative to the work directory",
       [](v1::JobSpec* job) { AddFile(job, "/etc/passwd"); }},
      {"files[1].path: \"a\\000b\" has a NUL",
       [](v1::JobSpec* job) { AddFile(job, std::string("a\0b", 3)); }},
      {"files[1].path: is empty", [](v1::JobSpec* job) { AddFile(job, ""); }},
      {"files[1].path: has a part of over 255 bytes",
       [](v1::JobSpec* job) { AddFile(job, std::string(256, 'x')); }},
      {"files[1].path: is over 1024 bytes", [](v1::JobSpec* job) { AddFile(job, std::string(1025, 'x')); }},
      {"files[1].path: \"main.py\" stands twice", [](v1::JobSpec* job) { AddFile(job, "main.py"); }},
      {"files[1].path: \"main.py/x\" needs a directory where \"main.py\" is a file",
       [](v1::JobSpec* job) { AddFile(job, "main.py/x"); }},
  });
}

TEST(ResolveTest, RefusesFilesThatDoNotFit) {
  ExpectRefusals({
      {"files: is empty; the program's source must be the first",
       [](v1::JobSpec* job) { job->clear_files(); }},
      {"files: are 50001 bytes together, over limits.source_bytes of 50000",
       [](v1::JobSpec* job) { job->mutable_files(0)->set_content(std::string(50001, ' ')); }},
      {"files: the largest has 15 bytes, over limits.file_bytes of 14 bytes",
       [](v1::JobSpec* job) { job->mutable_limits()->set_file_bytes(14); }},
      {"files: take 52 KiB of disk, over limits.disk_bytes of 10 KiB",
       [](v1::JobSpec* job) {
         job->mutable_files(0)->set_content(std::string(50000, ' '));
         job->mutable_limits()->set_disk_bytes(10 << 10);
       }},
      {"files: 1 are more than limits.disk_inodes of 0",
       [](v1::JobSpec* job) { job->mutable_limits()->set_disk_inodes(0); }},
      {"files[0].executable: is for a command, not for a language's files",
       [](v1::JobSpec* job) { job->mutable_files(0)->set_executable(true); }},
      {"files[1].path: \"bin/x\" has a \"/\"; /app has no folders",
       [](v1::JobSpec* job) {
         job->clear_language();
         job->add_command("/app/x");
         AddFile(job, "bin/x");
         job->mutable_files(1)->set_executable(true);
       }},
      {"files: 1025 are more than 1024",
       [](v1::JobSpec* job) {
         for (int i = 0; i < 1024; ++i) AddFile(job, absl::StrCat("f", i));
       }},
      {"entry_path: \"x.py\" is not among the files", [](v1::JobSpec* job) { job->set_entry_path("x.py"); }},
      {"files[0].path: is empty, and \"main.py\" is taken by another file",
       [](v1::JobSpec* job) {
         job->mutable_files(0)->clear_path();
         AddFile(job, "main.py");
       }},
  });
}

TEST(ResolveTest, AnExecutableTakesNoneOfTheProgramsDisk) {
  v1::JobSpec job;
  job.add_command("/app/x");
  v1::SourceFile* file = job.add_files();
  file->set_path("x");
  file->set_content(std::string(40000, 'x'));
  file->set_executable(true);
  job.mutable_limits()->set_disk_bytes(4096);
  job.mutable_limits()->set_disk_inodes(0);
  const absl::StatusOr<v1::RunPlan> plan = ResolveWithAll(job);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_TRUE(plan->phases(0).files(0).executable());
  file->set_executable(false);
  EXPECT_FALSE(ResolveWithAll(job).ok());
}

TEST(ResolveTest, RefusesArgumentsAndVariablesThatNoProgramCanGet) {
  ExpectRefusals({
      {"args[1]: \"a\\000b\" has a NUL, which no program can be given",
       [](v1::JobSpec* job) {
         job->add_args("x");
         job->add_args(std::string("a\0b", 3));
       }},
      {"args[0]: is over 128 KiB, the kernel's limit for one string",
       [](v1::JobSpec* job) { job->add_args(std::string(128 << 10, 'x')); }},
      {"args: with env they take 6.25 MiB, over the kernel's 6 MiB",
       [](v1::JobSpec* job) {
         for (int i = 0; i < 50; ++i) job->add_args(std::string((128 << 10) - 9, 'x'));
         job->add_args(std::string(900, 'x'));
       }},
      {"args: are too many",
       [](v1::JobSpec* job) {
         for (int i = 0; i < 4096; ++i) job->add_args("");
       }},
      {"env: \"1A\" is not a variable's name: letters, digits and _, no digit first",
       [](v1::JobSpec* job) { (*job->mutable_env())["1A"] = "x"; }},
      {"env: \"LD_PRELOAD\" steers the loader and is refused in every jail",
       [](v1::JobSpec* job) { (*job->mutable_env())["LD_PRELOAD"] = "x"; }},
      {"env: \"A=\\000\" has a NUL, which no program can be given",
       [](v1::JobSpec* job) { (*job->mutable_env())["A"] = std::string("\0", 1); }},
  });
}

TEST(ResolveTest, RefusesMuddledCommands) {
  ExpectRefusals({
      {"command: cannot stand beside language; set one of them",
       [](v1::JobSpec* job) { job->add_command("/usr/bin/true"); }},
      {"command[0]: \"true\" is not an absolute path; write for example /usr/bin/env",
       [](v1::JobSpec* job) { SetCommand(job, "true"); }},
      {"command[1]: \"\\000\" has a NUL, which no program can be given",
       [](v1::JobSpec* job) {
         SetCommand(job, "/usr/bin/true");
         job->add_command(std::string("\0", 1));
       }},
      {"entry_path: is for languages; a command names its program itself",
       [](v1::JobSpec* job) {
         SetCommand(job, "/usr/bin/true");
         job->set_entry_path("x");
       }},
      {"files[0].path: is empty",
       [](v1::JobSpec* job) {
         SetCommand(job, "/usr/bin/true");
         job->add_files();
       }},
  });
}

TEST(ResolveTest, RefusesGlobsAndNumbersItDoesNotKnow) {
  ExpectRefusals({
      {"artifact_globs[0]: \"../*\" has a part \"..\"",
       [](v1::JobSpec* job) { job->add_artifact_globs("../*"); }},
      {"artifact_globs[0]: \"/etc/*\" is absolute; it must be relative to the work directory",
       [](v1::JobSpec* job) { job->add_artifact_globs("/etc/*"); }},
      {"artifact_globs[0]: is empty", [](v1::JobSpec* job) { job->add_artifact_globs(""); }},
      {"artifact_globs[0]: \"**/x\" has \"**\"; * stays within one directory, write one glob for each",
       [](v1::JobSpec* job) { job->add_artifact_globs("**/x"); }},
      {"artifact_globs: 65 are more than 64",
       [](v1::JobSpec* job) {
         for (int i = 0; i < 65; ++i) job->add_artifact_globs("*");
       }},
      {"enforcement: 9 is no Enforcement",
       [](v1::JobSpec* job) { job->set_enforcement(static_cast<v1::Enforcement>(9)); }},
      {"output_overflow: 9 is no OutputOverflow",
       [](v1::JobSpec* job) { job->set_output_overflow(static_cast<v1::OutputOverflow>(9)); }},
      {"required_protections[0]: 99 is no Protection",
       [](v1::JobSpec* job) { job->add_required_protections(static_cast<v1::Protection>(99)); }},
      {"required_protections[0]: names no protection",
       [](v1::JobSpec* job) { job->add_required_protections(v1::PROTECTION_UNSPECIFIED); }},
  });
}

TEST(ResolveTest, ThePlanCarriesThePolicysHash) {
  const absl::StatusOr<v1::RunPlan> plan = ResolveWithAll(MakeJob());
  ASSERT_TRUE(plan.ok()) << plan.status();
  const plan::CompiledPolicy* policy = plan::FindPolicy("default");
  ASSERT_NE(policy, nullptr);
  EXPECT_EQ(plan->phases(0).policy_sha256(), std::string(reinterpret_cast<const char*>(policy->sha256), 32));
}

TEST(ResolveTest, AFileNamedLikeAFlagReachesTheInterpreterAsAPath) {
  v1::JobSpec job = MakeJob();
  job.mutable_files(0)->set_path("-c");
  const absl::StatusOr<v1::RunPlan> plan = ResolveWithAll(job);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(plan->phases(0).argv(), ElementsAre("/usr/bin/python3", "/work/-c"));
}

TEST(ResolveTest, SubstitutionsInAJobsOwnWordsStayAsTheyAre) {
  v1::JobSpec job = MakeJob();
  job.mutable_files(0)->set_path("{args}.py");
  job.add_args("{entry}");
  const absl::StatusOr<v1::RunPlan> plan = ResolveWithAll(job);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(plan->phases(0).argv(), ElementsAre("/usr/bin/python3", "/work/{args}.py", "{entry}"));
}

TEST(ResolveTest, TheJobsVariablesWinOverTheFixedOnes) {
  v1::JobSpec job = MakeJob();
  (*job.mutable_env())["LANG"] = "C";
  const absl::StatusOr<v1::RunPlan> plan = ResolveWithAll(job);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(plan->phases(0).env(), Contains("LANG=C"));
  EXPECT_THAT(plan->phases(0).env(), testing::Not(Contains(StartsWith("LANG=C."))));
}

v1::JobSpec JobFor(const std::string& path) {
  v1::JobSpec job;
  AddFile(&job, path);
  return job;
}

TEST(ResolveTest, TheFirstProgramThatTheHostHasIsStarted) {
  const v1::JobSpec job = JobFor("main.js");
  const std::vector<std::string> programs = ProgramsToLookFor(job);
  ASSERT_GE(programs.size(), 2u);
  EXPECT_EQ(ResolveWithAll(job)->phases(0).argv(0), programs[0]);
  EXPECT_EQ(Resolve(job, v1::Site(), {{"/usr/bin/node"}})->phases(0).argv(0), "/usr/bin/node");
}

TEST(ResolveTest, ALanguageThatIsNotInstalledIsTheHostsAndItsCureIsSaid) {
  const absl::Status status = Resolve(JobFor("main.ts"), v1::Site(), {{"/usr/bin/node"}}).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(std::string(status.message()),
              StartsWith("TypeScript is not installed on this host: it has no /usr/local/lib"));
  EXPECT_EQ(status.GetPayload(kCureUrl), absl::Cord("As root: jailrun langs install typescript"));
}

TEST(ResolveTest, WithoutAProgramThatItNeedsALanguageIsNotInstalled) {
  const v1::JobSpec job = JobFor("main.asm");
  EXPECT_TRUE(ResolveWithAll(job).ok());
  const absl::Status status = Resolve(job, v1::Site(), {{"/usr/bin/sh", "/usr/bin/nasm"}}).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(std::string(status.message()), testing::EndsWith("it has no /usr/bin/ld"));
  EXPECT_EQ(status.GetPayload(kCureUrl), absl::Cord("As root: jailrun langs install assembly"));
}

TEST(ResolveTest, ACommandNeedsNoLanguage) {
  v1::JobSpec job;
  SetCommand(&job, "/usr/bin/env");
  EXPECT_THAT(ProgramsToLookFor(job), testing::IsEmpty());
  EXPECT_TRUE(Resolve(job, v1::Site(), {}).ok());
}

TEST(ResolveTest, WhatACompilerMakesOfTheEntryIsRun) {
  EXPECT_THAT(ResolveWithAll(JobFor("src/a.b.mts"))->phases(1).argv(), Contains("/app/src/a.b.mjs"));
  EXPECT_THAT(ResolveWithAll(JobFor("main.ts"))->phases(1).argv(), Contains("/app/main.js"));
  v1::JobSpec job = JobFor("README");
  job.set_language("typescript");
  EXPECT_THAT(ResolveWithAll(job)->phases(1).argv(), Contains("/app/README"));
}

}  // namespace
}  // namespace jail::resolve
