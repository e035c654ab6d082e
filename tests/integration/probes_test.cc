// Every runtime proves itself: the probe programs of runtimes/*/runtime.textproto, each in a jail.
// Adding a language adds its tests here without a line of code. One that is installed on request has tests
// only where it is.
#include "tools/jailrun/probes.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "jail/jail.h"
#include "jail/resolve/catalog.h"
#include "tests/testlib/jailtest/jailrun.h"
#include "tools/jailrun/langs.h"

namespace jailtest {
namespace {

struct Case {
  const jail::v1::Runtime* runtime;
  const jail::v1::Runtime::Probe* probe;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.runtime->name() << " " << c.probe->name(); }

std::vector<Case> AllCases() {
  std::vector<Case> cases;
  for (const jail::v1::Runtime& runtime : jail::resolve::Catalog().runtimes()) {
    if (runtime.install().on_request() && !jail::cli::Lacks(runtime).empty()) continue;
    for (const jail::v1::Runtime::Probe& probe : runtime.probes()) cases.push_back({&runtime, &probe});
  }
  return cases;
}

// Of the probe's variant, what this machine has not; empty when it can run.
std::string Lacking(const Case& c) {
  for (const jail::v1::Runtime::Variant& variant : c.runtime->variants()) {
    if (variant.name() == c.probe->variant()) return jail::cli::VariantLacks(*c.runtime, variant);
  }
  return "";
}

class ProbeTest : public JailTest, public testing::WithParamInterface<Case> {};

INSTANTIATE_TEST_SUITE_P(All, ProbeTest, testing::ValuesIn(AllCases()), [](const auto& param) {
  return param.param.runtime->name() + "_" + param.param.probe->name();
});

TEST_P(ProbeTest, BehavesAsItsRuntimeFileSays) {
  const auto& [runtime, probe] = GetParam();
  const std::string lacks = Lacking(GetParam());
  if (!lacks.empty()) GTEST_SKIP() << probe->variant() << ": " << lacks;
  absl::StatusOr<jail::Site> site = jail::LoadSite();
  ASSERT_TRUE(site.ok()) << site.status();
  absl::StatusOr<std::unique_ptr<jail::Jail>> jail = jail::Jail::Open(*std::move(site));
  ASSERT_TRUE(jail.ok()) << jail.status();

  const jail::v1::ResultRecord record = (*jail)->Run(jail::cli::ProbeJob(*runtime, *probe));

  SCOPED_TRACE(record.ShortDebugString());
  EXPECT_EQ(jail::cli::ProbeDifference(*probe, record), "");
  EXPECT_EQ(record.provenance().variant(), probe->variant());
  for (const jail::v1::PhaseResult& phase : record.phases()) {
    EXPECT_EQ(phase.denied_calls(), 0) << "an honest program makes no call that is refused loudly";
  }
}

}  // namespace
}  // namespace jailtest
