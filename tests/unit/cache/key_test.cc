// Whatever could change what a compiler makes changes the key; nothing else does.
#include "jail/cache/key.h"

#include <filesystem>
#include <fstream>
#include <functional>

#include "gtest/gtest.h"

namespace jail::cache {
namespace {

v1::RunPlan Plan() {
  v1::RunPlan plan;
  plan.set_runtime("c");
  plan.set_rootfs("host");
  v1::PhasePlan* phase = plan.add_phases();
  phase->set_kind(v1::PhasePlan::KIND_COMPILE);
  phase->add_argv("/usr/bin/env");
  phase->add_argv("main.c");
  phase->add_env("PATH=/usr/bin");
  phase->set_policy("compile");
  phase->set_policy_sha256("p");
  phase->add_files()->set_path("main.c");
  phase->mutable_files(0)->set_content("int main() {}");
  phase->add_products("a.out");
  phase->mutable_limits()->set_memory_bytes(1);
  return plan;
}

std::string Key(const v1::RunPlan& plan, const std::string& tenant = "",
                const std::vector<std::string>& witnesses = {}) {
  return KeyOf(plan, plan.phases(0), tenant, witnesses);
}

TEST(KeyTest, IsTheSameForTheSame) {
  EXPECT_EQ(Key(Plan()), Key(Plan()));
  EXPECT_EQ(Key(Plan()).size(), 32U);
}

TEST(KeyTest, ChangesWithEverythingThatTheCompilerIsGiven) {
  using Change = std::function<void(v1::RunPlan&, v1::PhasePlan&)>;
  const std::pair<const char*, Change> kChanges[] = {
      {"runtime", [](auto& plan, auto&) { plan.set_runtime("cpp"); }},
      {"root", [](auto& plan, auto&) { plan.set_rootfs("image"); }},
      {"image", [](auto& plan, auto&) { plan.mutable_image()->set_sha256("d"); }},
      {"enforcement", [](auto& plan, auto&) { plan.set_enforcement(v1::ENFORCEMENT_BEST_EFFORT); }},
      {"flag", [](auto&, auto& phase) { phase.add_argv("-O3"); }},
      {"argument boundaries", [](auto&, auto& phase) { phase.set_argv(1, "main"), phase.add_argv(".c"); }},
      {"environment", [](auto&, auto& phase) { phase.set_env(0, "PATH=/bin"); }},
      {"policy", [](auto&, auto& phase) { phase.set_policy_sha256("q"); }},
      {"source", [](auto&, auto& phase) { phase.mutable_files(0)->set_content("int main() { }"); }},
      {"name", [](auto&, auto& phase) { phase.mutable_files(0)->set_path("a.c"); }},
      {"another file", [](auto&, auto& phase) { phase.add_files()->set_path("a.h"); }},
      {"products", [](auto&, auto& phase) { phase.add_products("b.out"); }},
      {"compiler", [](auto&, auto& phase) { phase.set_argv(0, "/usr/bin/true"); }},
  };
  for (const auto& [what, change] : kChanges) {
    v1::RunPlan plan = Plan();
    change(plan, *plan.mutable_phases(0));
    EXPECT_NE(Key(plan), Key(Plan())) << what;
  }
}

// An image is all of its toolchain, by its digest: what this machine has does not matter.
TEST(KeyTest, InAnImageTheDigestStandsForTheToolchain) {
  v1::RunPlan plan = Plan();
  plan.mutable_image()->set_sha256("d");
  v1::RunPlan newer = plan;
  newer.mutable_image()->set_sha256("e");
  EXPECT_NE(Key(plan), Key(newer));
  const std::string path = testing::TempDir() + "host_witness";
  std::ofstream(path) << "1";
  EXPECT_EQ(Key(plan, "", {path}), Key(plan));
}

TEST(KeyTest, TenantsHaveTheirOwn) {
  EXPECT_NE(Key(Plan(), "a"), Key(Plan(), "b"));
  EXPECT_NE(Key(Plan(), "a"), Key(Plan()));
}

TEST(KeyTest, LimitsDoNotCount) {
  v1::RunPlan plan = Plan();
  plan.mutable_phases(0)->mutable_limits()->set_memory_bytes(2);
  plan.set_job_id("another");
  EXPECT_EQ(Key(plan), Key(Plan()));
}

TEST(KeyTest, ChangesWhenAWitnessOfTheToolchainDoes) {
  const std::string path = testing::TempDir() + "witness";
  std::filesystem::remove(path);
  const std::string absent = Key(Plan(), "", {path});
  std::ofstream(path) << "1";
  const std::string present = Key(Plan(), "", {path});
  // As packages are installed: a new file under the old name, even with the old times.
  std::ofstream(path + ".new") << "1";
  std::filesystem::last_write_time(path + ".new", std::filesystem::last_write_time(path));
  std::filesystem::rename(path + ".new", path);
  const std::string replaced = Key(Plan(), "", {path});
  EXPECT_NE(absent, present);
  EXPECT_NE(present, replaced);
}

}  // namespace
}  // namespace jail::cache
