// Every runtime proves itself: the probe programs of runtimes/*/runtime.textproto, each in a jail.
// Adding a language adds its tests here without a line of code. One that is installed on request has tests
// only where it is.
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "jail/jail.h"
#include "jail/resolve/catalog.h"
#include "jail/resolve/toolchain.h"
#include "tests/testlib/jailtest/jailrun.h"

namespace jailtest {
namespace {

struct Case {
  const jail::v1::Runtime* runtime;
  const jail::v1::Runtime::Probe* probe;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.runtime->name() << " " << c.probe->name(); }

bool IsInstalled(const jail::v1::Runtime& runtime) {
  jail::resolve::Host host;
  for (const std::string& program : jail::resolve::HostPrograms(runtime)) {
    if (access(program.c_str(), X_OK) == 0) host.programs.insert(program);
  }
  const auto is_there = [&](const jail::v1::Runtime::Phase* phase) {
    return phase->argv().empty() || jail::resolve::ChooseProgram(runtime, phase->argv(0), host).ok();
  };
  return is_there(&runtime.compile()) && is_there(&runtime.run());
}

std::vector<Case> AllCases() {
  std::vector<Case> cases;
  for (const jail::v1::Runtime& runtime : jail::resolve::Catalog().runtimes()) {
    if (runtime.install().on_request() && !IsInstalled(runtime)) continue;
    for (const jail::v1::Runtime::Probe& probe : runtime.probes()) cases.push_back({&runtime, &probe});
  }
  return cases;
}

// As the runtime file says it, or as its comment says what an unset one means.
std::string ExpectedVerdict(const jail::v1::Runtime::Probe& probe) {
  if (!probe.expected_verdict().empty()) return probe.expected_verdict();
  return probe.expected_exit_code() == 0 ? "VERDICT_OK" : "VERDICT_NONZERO_EXIT";
}

// The last phase's, as jailrun would exit: 128 + n for a signal.
int ExitCode(const jail::v1::ResultRecord& record) {
  if (record.phases().empty()) return -1;
  const jail::v1::PhaseResult& phase = record.phases(record.phases_size() - 1);
  return phase.has_term_signal() ? 128 + phase.term_signal() : phase.exit_code();
}

// Of a variant, what this machine has not; empty when it can run.
std::string VariantLacks(const jail::v1::Runtime& runtime, const std::string& name) {
  std::string missing;
  for (const jail::v1::Runtime::Variant& variant : runtime.variants()) {
    if (variant.name() != name) continue;
    std::vector<std::string> files = {variant.needs().begin(), variant.needs().end()};
    if (variant.has_compile() && !variant.compile().argv().empty())
      files.push_back(variant.compile().argv(0));
    if (!variant.run().argv().empty()) files.push_back(variant.run().argv(0));
    for (const std::string& file : files) {
      if (!file.starts_with("/app/") && !std::filesystem::exists(file)) missing += " " + file;
    }
  }
  return missing;
}

class ProbeTest : public JailTest, public testing::WithParamInterface<Case> {};

INSTANTIATE_TEST_SUITE_P(All, ProbeTest, testing::ValuesIn(AllCases()), [](const auto& param) {
  return param.param.runtime->name() + "_" + param.param.probe->name();
});

TEST_P(ProbeTest, BehavesAsItsRuntimeFileSays) {
  const auto& [runtime, probe] = GetParam();
  const std::string lacks = VariantLacks(*runtime, probe->variant());
  if (!lacks.empty()) GTEST_SKIP() << "the variant " << probe->variant() << " needs" << lacks;
  absl::StatusOr<jail::Site> site = jail::LoadSite();
  ASSERT_TRUE(site.ok()) << site.status();
  absl::StatusOr<std::unique_ptr<jail::Jail>> jail = jail::Jail::Open(*std::move(site));
  ASSERT_TRUE(jail.ok()) << jail.status();

  jail::v1::JobSpec job;
  job.set_language(runtime->name());
  jail::v1::SourceFile& entry = *job.add_files();
  entry.set_path(probe->path());  // Empty: the runtime's own.
  entry.set_content(probe->source());
  job.mutable_files()->MergeFrom(probe->files());
  job.set_variant(probe->variant());
  job.set_standard(probe->standard());
  *job.mutable_args() = probe->args();
  job.set_stdin(probe->stdin());
  if (probe->at_memory_floor()) job.mutable_limits()->set_memory_bytes(runtime->floor_memory_bytes());
  const jail::v1::ResultRecord record = (*jail)->Run(job);

  SCOPED_TRACE(record.ShortDebugString());
  EXPECT_EQ(jail::v1::Verdict_Name(record.verdict()), ExpectedVerdict(*probe));
  EXPECT_EQ(ExitCode(record), probe->expected_exit_code());
  EXPECT_THAT(record.summary(), testing::HasSubstr(probe->expected_summary()));
  EXPECT_EQ(record.provenance().variant(), probe->variant());
  ASSERT_FALSE(record.phases().empty());
  EXPECT_EQ(record.phases(record.phases_size() - 1).stdout().content(), probe->expected_stdout());
  EXPECT_THAT(record.phases(record.phases_size() - 1).stderr().content(),
              testing::HasSubstr(probe->expected_stderr_part()));
  for (const jail::v1::PhaseResult& phase : record.phases()) {
    EXPECT_EQ(phase.denied_calls(), 0) << "an honest program makes no call that is refused loudly";
  }
}

}  // namespace
}  // namespace jailtest
