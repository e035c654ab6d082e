// Whole plans: golden/NAME.job.textproto resolves to golden/NAME.plan.textproto, byte for byte.
// A policy's hash changes with every rule, so the golden files hold none; ResolveTest checks it.
// After a wanted change: JAIL_UPDATE_GOLDEN=1 build/tests/unit/resolve/unit_resolve, then read the diff.
#include <google/protobuf/text_format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jail/base/textproto.h"
#include "jail/resolve/resolve.h"

namespace jail::resolve {
namespace {

namespace fs = std::filesystem;

std::string ReadFile(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::vector<std::string> GoldenNames() {
  constexpr std::string_view kSuffix = ".job.textproto";
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(JAIL_GOLDEN_DIR)) {
    const std::string file = entry.path().filename().string();
    if (file.ends_with(kSuffix)) names.push_back(file.substr(0, file.size() - kSuffix.size()));
  }
  return names;
}

std::string Print(v1::RunPlan plan) {
  for (v1::PhasePlan& phase : *plan.mutable_phases()) phase.clear_policy_sha256();
  std::string text;
  google::protobuf::TextFormat::PrintToString(plan, &text);
  return text;
}

class GoldenTest : public testing::TestWithParam<std::string> {};

TEST_P(GoldenTest, ResolvesToThePlanOnFile) {
  const fs::path base = fs::path(JAIL_GOLDEN_DIR) / GetParam();
  const std::string job_file = base.string() + ".job.textproto";
  const std::string plan_file = base.string() + ".plan.textproto";
  v1::JobSpec job;
  ASSERT_EQ(ParseTextproto(ReadFile(job_file), job_file, &job), absl::OkStatus());
  Host host;  // One that has everything.
  for (const std::string& program : ProgramsToLookFor(job)) host.programs.insert(program);
  const absl::StatusOr<v1::RunPlan> plan = Resolve(job, v1::Site(), host);
  ASSERT_TRUE(plan.ok()) << plan.status();
  if (std::getenv("JAIL_UPDATE_GOLDEN") != nullptr) std::ofstream(plan_file) << Print(*plan);
  EXPECT_EQ(Print(*plan), ReadFile(plan_file));
}

INSTANTIATE_TEST_SUITE_P(Plans, GoldenTest, testing::ValuesIn(GoldenNames()),
                         [](const auto& param) { return param.param; });

TEST(GoldenFilesTest, ThereAreSome) { EXPECT_GE(GoldenNames().size(), 5u); }

}  // namespace
}  // namespace jail::resolve
