// Only what is compiled in becomes a zygote: each way in which a plan may differ.
#include "jail/plan/zygote_match.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <functional>
#include <string>
#include <vector>

#include "jail/plan/memfds.h"
#include "jail/plan/seal.h"

namespace jail::plan {
namespace {

constexpr const char* kArgv[] = {"/usr/bin/python3", "/app/loader.py"};
constexpr const char* kEnv[] = {"HOME=/tmp", "LANG=C.UTF-8"};
constexpr ZygoteFile kFiles[] = {{"loader.py", "import os\n", 10}, {"shim.py", "", 0}};
constexpr CompiledZygote kZygote = {"test", 2, kArgv, 2, kEnv, 2, kFiles};

struct Parts {
  v1::RunPlan plan;
  v1::PhasePlan phase;
  std::vector<v1::SourceFile> files;
  SealOptions options;
};

v1::SourceFile File(const std::string& path, const std::string& content) {
  v1::SourceFile file;
  file.set_path(path);
  file.set_content(content);
  return file;
}

Parts Same() {
  Parts parts;
  parts.plan.set_rootfs("host");
  parts.plan.set_hostname("jail");
  v1::Limits& limits = *parts.phase.mutable_limits();
  limits.set_wall_time_ms(1000);
  limits.set_cpu_time_ms(1000);
  limits.set_memory_bytes(1 << 20);
  limits.set_processes(1);
  parts.phase.set_policy("default");
  for (const char* text : kArgv) parts.phase.mutable_parked()->add_argv(text);
  parts.phase.add_env(kEnv[1]);
  parts.phase.add_env(kEnv[0]);
  parts.files = {File("loader.py", "import os\n"), File("shim.py", "")};
  return parts;
}

bool Matches(const Parts& parts) {
  std::vector<const v1::SourceFile*> files;
  for (const v1::SourceFile& file : parts.files) files.push_back(&file);
  const absl::StatusOr<std::string> bytes =
      ComposeRuntimeShape(parts.plan, parts.phase, files, parts.options);
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  View view;
  EXPECT_EQ(View::Check(bytes->data(), bytes->size(), &view), 0);
  return StartsJust(view, kZygote);
}

TEST(ZygoteMatchTest, ItIsWhateverTheOrderOfItsEnvironmentAndItsChannel) {
  Parts parts = Same();
  EXPECT_TRUE(Matches(parts));
  parts.options.channels = 1;
  EXPECT_TRUE(Matches(parts));
}

TEST(ZygoteMatchTest, NothingElseIs) {
  struct Change {
    const char* name;
    std::function<void(Parts&)> change;
  };
  const Change changes[] = {
      {"another program", [](Parts& p) { p.phase.mutable_parked()->set_argv(0, "/usr/bin/python4"); }},
      {"another loader", [](Parts& p) { p.phase.mutable_parked()->set_argv(1, "/app/shim.py"); }},
      {"an argument more", [](Parts& p) { p.phase.mutable_parked()->add_argv("-x"); }},
      {"one less", [](Parts& p) { p.phase.mutable_parked()->mutable_argv()->RemoveLast(); }},
      {"another value", [](Parts& p) { p.phase.set_env(0, "LANG=C"); }},
      {"a variable more", [](Parts& p) { p.phase.add_env("PYTHONPATH=/work"); }},
      {"a variable less", [](Parts& p) { p.phase.mutable_env()->RemoveLast(); }},
      {"other bytes", [](Parts& p) { p.files[0].set_content("import sh\n"); }},
      {"more bytes", [](Parts& p) { p.files[0].set_content("import os\n\n"); }},
      {"fewer bytes", [](Parts& p) { p.files[0].set_content("import os"); }},
      {"another path", [](Parts& p) { p.files[1].set_path("shim2.py"); }},
      {"a file more", [](Parts& p) { p.files.push_back(File("os.py", "")); }},
      {"a file less", [](Parts& p) { p.files.pop_back(); }},
  };
  for (const Change& row : changes) {
    Parts parts = Same();
    row.change(parts);
    EXPECT_FALSE(Matches(parts)) << row.name;
  }
}

TEST(MemfdsTest, TheReportsFileHasItsSizeForGood) {
  int fd = -1;
  ASSERT_EQ(MakeReportFile(&fd), 0);
  const Fd owned(fd);
  EXPECT_NE(ftruncate(fd, 0), 0);
  EXPECT_NE(ftruncate(fd, sizeof(RawReport) * 2), 0);
  RawReport* report = nullptr;
  ASSERT_EQ(MapReport(fd, &report), 0);
  report->magic = kReportMagic;
  EXPECT_EQ(munmap(report, sizeof *report), 0);
}

}  // namespace
}  // namespace jail::plan
