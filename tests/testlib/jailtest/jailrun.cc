#include "tests/testlib/jailtest/jailrun.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/testlib/jailtest/must_run.h"
#include "tests/testlib/jailtest/process_tree.h"
#include "tests/testlib/jailtest/test_host.h"

namespace jailtest {
namespace {

using jail::v1::PhaseResult;

// Strangers' jails may come and go on this machine; see LeaksSince. What is ours is gone at once.
constexpr absl::Duration kStrangersTimeout = absl::Seconds(8);

const PhaseResult* FindPhase(const JailRun& run, PhaseResult::Kind kind) {
  for (const PhaseResult& phase : run.record.phases()) {
    if (phase.kind() == kind) return &phase;
  }
  return nullptr;
}

}  // namespace

const PhaseResult& JailRun::phase() const {
  const PhaseResult* found = FindPhase(*this, PhaseResult::KIND_RUN);
  return found != nullptr ? *found : PhaseResult::default_instance();
}

const PhaseResult* JailRun::compile_phase() const { return FindPhase(*this, PhaseResult::KIND_COMPILE); }

std::string JailRun::Describe() const {
  return absl::StrCat("\nexit: ", outcome.exit_code ? absl::StrCat(*outcome.exit_code) : "none",
                      "  signal: ", outcome.term_signal ? absl::StrCat(*outcome.term_signal) : "none",
                      outcome.timed_out ? "  TIMED OUT" : "", "\nstdout: ", outcome.out.substr(0, 2000),
                      "\nstderr: ", outcome.err.substr(0, 2000),
                      "\nrecord: ", has_record ? record.DebugString().substr(0, 6000) : "none");
}

std::string JailrunPath() { return JAILTEST_JAILRUN; }

Command JailrunCommand(const std::vector<std::string>& args) {
  Command command{.argv = {JailrunPath()}, .capture = {kRecordFd}};
  command.argv.insert(command.argv.end(), args.begin(), args.end());
  // A command word comes first, flags after it.
  const auto at = command.argv.begin() + (!args.empty() && args[0] == "exec" ? 2 : 1);
  command.argv.insert(at, {"--record", absl::StrCat("fd:", kRecordFd)});
  return command;
}

JailRun Finish(Process* process) {
  JailRun run{.outcome = process->Finish()};
  const std::string& bytes = run.outcome.captured[kRecordFd];
  run.has_record = !bytes.empty() && run.record.ParseFromString(bytes);
  // Whoever kills the supervisors gives the rest a moment; see JailTest::settle_.
  const bool orderly =
      run.outcome.exit_code.has_value() && run.record.verdict() != jail::v1::VERDICT_JAIL_ERROR;
  EXPECT_TRUE(!orderly || run.outcome.orphans.empty()) << absl::StrJoin(run.outcome.orphans, ", ");
  return run;
}

JailRun Jailrun(Command command) {
  Process process(std::move(command));
  return Finish(&process);
}

JailRun Jailrun(const std::vector<std::string>& args, const std::string& stdin_bytes) {
  Command command = JailrunCommand(args);
  command.stdin_bytes = stdin_bytes;
  return Jailrun(std::move(command));
}

const jail::v1::LimitHit* FindHit(const JailRun& run, jail::v1::Resource resource) {
  for (const auto& hit : run.phase().limit_hits()) {
    if (hit.resource() == resource) return &hit;
  }
  return nullptr;
}

const jail::v1::LimitReport* FindLimit(const JailRun& run, jail::v1::Resource resource) {
  for (const auto& limit : run.phase().limits()) {
    if (limit.resource() == resource) return &limit;
  }
  return nullptr;
}

const jail::v1::Isolation::Layer* FindLayer(const JailRun& run, jail::v1::Protection protection) {
  for (const auto& layer : run.record.isolation().layers()) {
    if (layer.protection() == protection) return &layer;
  }
  return nullptr;
}

void JailTest::SetUp() {
  if (!TestHostProblem().empty()) JAIL_SKIP(TestHostProblem());
  before_ = Snapshot::Take();
}

void JailTest::TearDown() {
  if (!TestHostProblem().empty()) return;
  const std::vector<std::string> alive = AwaitNoOrphans(settle_);
  EXPECT_TRUE(alive.empty()) << "processes left: " << absl::StrJoin(alive, ", ");
  KillOrphans();
  const std::vector<std::string> leaks = LeaksSince(before_, kStrangersTimeout);
  EXPECT_TRUE(leaks.empty()) << "left behind:\n  " << absl::StrJoin(leaks, "\n  ");
}

}  // namespace jailtest
