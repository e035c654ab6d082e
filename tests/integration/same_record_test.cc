// However a jail was started, cold, parked or with its runtime in it, its record says the same. Keeps P23
// (the honest report) and P38 (a jail that was ready holds nothing of anybody's).
#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "jail/resolve/catalog.h"
#include "tests/integration/pool_fixture.h"
#include "tests/integration/same_record_samples.h"
#include "tools/jailrun/probes.h"

namespace jailtest {
namespace {

using jail::v1::PhaseResult;

// What a record says of a run, but for times, amounts and names of its own.
std::map<std::string, std::string> Meaning(const jail::v1::ResultRecord& record) {
  std::map<std::string, std::string> meaning;
  meaning["verdict"] = jail::v1::Verdict_Name(record.verdict());
  meaning["failure"] = record.failure().step() + record.failure().message();
  for (int i = 0; i < record.phases_size(); ++i) {
    const PhaseResult& phase = record.phases(i);
    const std::string name = absl::StrCat("phase ", i, " ");
    meaning[name + "verdict"] = jail::v1::Verdict_Name(phase.verdict());
    meaning[name + "exit"] =
        absl::StrCat(phase.exit_case(), " ", phase.exit_code(), " ", phase.term_signal());
    meaning[name + "stdout"] = phase.stdout().content();
    meaning[name + "stderr"] = phase.stderr().content();
    for (const auto& hit : phase.limit_hits())
      meaning[name + "hit " + jail::v1::Resource_Name(hit.resource())] = "";
    for (const auto& limit : phase.limits()) {
      meaning[name + "limit " + jail::v1::Resource_Name(limit.resource())] =
          absl::StrCat(limit.mechanism(), " ", limit.requested(), " ", limit.effective(), " ", limit.cpus());
    }
    for (const auto& denied : phase.violations())
      meaning[absl::StrCat(name, "denied ", denied.text())] = absl::StrCat(denied.count());
    meaning[name + "sources"] = absl::StrCat(phase.usage().cpu_source(), " ", phase.usage().memory_source());
  }
  for (const auto& layer : record.isolation().layers()) {
    jail::v1::Isolation::Layer plain = layer;
    const size_t uid = plain.mechanism().find("host uid ");  // Every jail has its own.
    if (uid != std::string::npos) plain.mutable_mechanism()->resize(uid);
    meaning["layer " + jail::v1::Protection_Name(layer.protection())] = plain.ShortDebugString();
  }
  for (const auto& artifact : record.artifacts()) meaning["artifact " + artifact.path()] = artifact.content();
  meaning["cleanup"] = jail::v1::Cleanup::State_Name(record.cleanup().state());
  meaning["policy"] = record.provenance().policy_sha256();
  return meaning;
}

void ExpectSameMeaning(const jail::v1::ResultRecord& parked, const jail::v1::ResultRecord& cold) {
  std::map<std::string, std::string> one = Meaning(parked), other = Meaning(cold);
  for (const auto& [key, value] : Meaning(cold)) one.try_emplace(key, "(nothing)");
  for (const auto& [key, value] : one) {
    EXPECT_EQ(value, other.count(key) != 0 ? other[key] : "(nothing)") << key;
  }
}

// A command has no runtime that could be started ahead.
jail::v1::JobSpec AsCommand(jail::v1::JobSpec job) {
  job.clear_language();
  job.add_command("/usr/bin/python3");
  job.add_command("/work/main.py");
  job.mutable_env()->insert({{"PYTHONDONTWRITEBYTECODE", "1"}, {"PYTHONNOUSERSITE", "1"}});
  return job;
}

jail::v1::JobSpec Changed(const Sample& sample) {
  static const auto& paths = *new std::map<std::string, std::string>{
      {"javascript", "main.js"}, {"java", "Main.java"}, {"bun", "main.ts"}};
  jail::v1::JobSpec job = Job(sample.language, sample.source);
  if (const auto path = paths.find(sample.language); path != paths.end())
    job.mutable_files(0)->set_path(path->second);
  if (sample.change != nullptr) sample.change(&job);
  return job;
}

class SameRecordTest : public PoolTest {
 protected:
  void ExpectSame(const jail::v1::JobSpec& job, PhaseResult::Start start) {
    const auto cold = cold_->Run(job);
    jail_->Run(job);  // So that the pool knows the shape.
    ASSERT_TRUE(Await([&] { return pool_->stats().building == 0 && pool_->stats().ready >= 2; }));
    const auto parked = jail_->Run(job);
    for (const PhaseResult& phase : cold.phases()) EXPECT_EQ(phase.start(), PhaseResult::START_COLD);
    for (const PhaseResult& phase : parked.phases()) EXPECT_EQ(phase.start(), start);
    ExpectSameMeaning(parked, cold);
  }

  template <size_t count>
  void ExpectAllSame(const Sample (&samples)[count], int ready_per_shape) {
    OpenPool({.ready_per_shape = ready_per_shape});
    for (const Sample& sample : samples) {
      SCOPED_TRACE(sample.name);
      ExpectSame(Changed(sample), PhaseResult::START_RUNTIME);
    }
  }

  template <size_t count>
  void ExpectPythonSame(const Sample (&samples)[count], bool zygotes) {
    OpenPool({.ready_per_shape = 2, .zygotes = zygotes});
    for (const Sample& sample : samples) {
      if (std::string(sample.language) != "python" || sample.shows_app) continue;
      SCOPED_TRACE(sample.name);
      const jail::v1::JobSpec job = Changed(sample);
      // A zygote's environment is no job's own.
      const bool forked = zygotes && job.env().empty();
      ExpectSame(job, forked ? PhaseResult::START_ZYGOTE : PhaseResult::START_RUNTIME);
    }
  }
};

TEST_F(SameRecordTest, P23_AParkedJailIsAsGoodAsAColdOne) {
  OpenPool({.ready_per_shape = 2});
  for (const Sample& sample : kSamples) {
    SCOPED_TRACE(sample.name);
    const jail::v1::JobSpec job = Changed(sample);
    ExpectSame(job.language() == "python" ? AsCommand(job) : job, PhaseResult::START_PARKED);
  }
}

TEST_F(SameRecordTest, P23_APythonThatWasStartedAheadIsAsGoodAsAColdOne) {
  ExpectPythonSame(kSamples, /*zygotes=*/false);
}

TEST_F(SameRecordTest, P23_PythonsOwnCornersAreTheSame) {
  ExpectPythonSame(kPythonSamples, /*zygotes=*/false);
}

TEST_F(SameRecordTest, P23_APythonThatWasForkedIsAsGoodAsAColdOne) {
  ExpectPythonSame(kSamples, /*zygotes=*/true);
}

TEST_F(SameRecordTest, P23_PythonsOwnCornersAreTheSameInAFork) {
  ExpectPythonSame(kPythonSamples, /*zygotes=*/true);
}

TEST_F(SameRecordTest, P23_ANodeThatWasStartedAheadIsAsGoodAsAColdOne) { ExpectAllSame(kNodeSamples, 2); }

TEST_F(SameRecordTest, P23_ABunThatWasStartedAheadIsAsGoodAsAColdOne) { ExpectAllSame(kBunSamples, 2); }

TEST_F(SameRecordTest, P23_AJavaThatWasStartedAheadIsAsGoodAsAColdOne) { ExpectAllSame(kJavaSamples, 1); }

struct Started {
  const char* language;
  bool zygotes;
};

class SameProbesTest : public SameRecordTest, public testing::WithParamInterface<Started> {};

INSTANTIATE_TEST_SUITE_P(All, SameProbesTest,
                         testing::Values(Started{"python", false}, Started{"python", true},
                                         Started{"javascript", false}, Started{"bun", false},
                                         Started{"java", false}),
                         [](const auto& row) {
                           return absl::StrCat(row.param.language, row.param.zygotes ? "_forked" : "");
                         });

// What the language's own test programs show. One with the limits of its floor gets a jail without a runtime
// in it.
TEST_P(SameProbesTest, P23_TestProgramsDoTheSame) {
  const jail::v1::Runtime& runtime = **jail::resolve::FindLanguage(GetParam().language);
  OpenPool({.ready_per_shape = 1, .zygotes = GetParam().zygotes});
  const auto ahead = GetParam().zygotes ? PhaseResult::START_ZYGOTE : PhaseResult::START_RUNTIME;
  for (const jail::v1::Runtime::Probe& probe : runtime.probes()) {
    if (!probe.variant().empty()) continue;
    SCOPED_TRACE(probe.name());
    const jail::v1::JobSpec job = jail::cli::ProbeJob(runtime, probe);
    jail_->Run(job);
    ASSERT_TRUE(Await([&] {  // Not only before it has begun to build.
      const jail::pool::Stats stats = pool_->stats();
      return stats.building == 0 && stats.ready >= stats.shapes;
    }));
    const auto record = jail_->Run(job);
    for (const PhaseResult& phase : record.phases())
      EXPECT_EQ(phase.start(), probe.at_floor() ? PhaseResult::START_PARKED : ahead);
    EXPECT_EQ(jail::cli::ProbeDifference(probe, record), "");
  }
}

// What the language needs to get started is not the program's, however long it has waited.
TEST_F(SameRecordTest, P23_ARuntimesStartIsNotTheProgramsTime) {
  const jail::v1::JobSpec job = Job("python", "print(1)");
  const auto cold = cold_->Run(job);
  jail_->Run(job);
  ASSERT_TRUE(AwaitReady(4));
  const auto parked = jail_->Run(job);
  ASSERT_EQ(parked.phases(0).start(), PhaseResult::START_ZYGOTE);
  const auto &one = parked.phases(0).usage(), &other = cold.phases(0).usage();
  EXPECT_LT(one.cpu_time_us(), other.cpu_time_us() / 2);
  EXPECT_LE(one.user_time_us() + one.system_time_us(), one.cpu_time_us() + 1);
  EXPECT_LT(one.wall_time_us(), parked.phases(0).parked_us());
  EXPECT_GT(one.memory_peak_bytes(), other.memory_peak_bytes() / 2) << "its memory is";
}

}  // namespace
}  // namespace jailtest
