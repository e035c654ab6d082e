// Parked jails (jail/pool): built before their job is known, used for one, as good as cold ones. Keeps P38
// (used once, holding no secret), P19 (nothing is left) and P23 (the honest report) where several processes
// hand a jail on, and P33 (the helper under attack) for the second plan that a helper takes.
#include "jail/pool/pool.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "jail/base/sys.h"
#include "jail/jail.h"
#include "jail/plan/seal.h"
#include "jail/plan/steps.h"
#include "jail/watch/facts.h"
#include "tests/integration/handmade_plan.h"
#include "tests/testlib/jailtest/jailrun.h"
#include "tests/testlib/jailtest/process_tree.h"

namespace jailtest {
namespace {

namespace fs = std::filesystem;
using jail::pool::Pool;
using jail::v1::PhaseResult;
using testing::HasSubstr;
using testing::IsEmpty;

// Events, not time: the deadline only ends a test that has failed.
template <typename Condition>
bool Await(Condition condition) {
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  while (absl::Now() < deadline) {
    if (condition()) return true;
    absl::SleepFor(absl::Milliseconds(2));
  }
  return false;
}

class PoolTest : public JailTest {
 protected:
  void SetUp() override {
    JailTest::SetUp();
    if (!IsSkipped() && !HasFatalFailure()) OpenPool({});
  }
  void TearDown() override {
    jail_.reset();
    pool_.reset();
    JailTest::TearDown();
  }

  void OpenPool(jail::pool::Options options) {
    jail_.reset();
    pool_.reset();
    options.launcher_path = JAILTEST_LAUNCHER;
    auto pool = Pool::Open(std::move(options));
    ASSERT_TRUE(pool.ok()) << pool.status();
    pool_ = *std::move(pool);
    jail_ = OpenJail(pool_);
    cold_ = OpenJail(nullptr);
  }

  static std::unique_ptr<jail::Jail> OpenJail(std::shared_ptr<jail::Parking> parking) {
    jail::Site site;
    site.launcher_path = JAILTEST_LAUNCHER;
    site.parking = std::move(parking);
    auto jail = jail::Jail::Open(std::move(site));
    EXPECT_TRUE(jail.ok()) << jail.status();
    return jail.ok() ? *std::move(jail) : nullptr;
  }

  bool AwaitReady(int ready, int shapes = 1) {
    return Await([&] {
      const jail::pool::Stats stats = pool_->stats();
      return stats.ready >= ready && stats.shapes == shapes && stats.building == 0;
    });
  }

  // All that this process has started and not yet handed on.
  static std::vector<pid_t> Helpers() {
    std::vector<pid_t> pids;
    for (const ProcessInfo& info : Descendants(getpid())) {
      if (info.name == "jail-launch" && info.parent == getpid()) pids.push_back(info.pid);
    }
    return pids;
  }

  std::shared_ptr<Pool> pool_;
  std::unique_ptr<jail::Jail> jail_, cold_;
};

jail::v1::JobSpec Job(const std::string& language, const std::string& source) {
  jail::v1::JobSpec job;
  job.set_language(language);
  auto* file = job.add_files();
  file->set_path(language == "c" ? "main.c" : "main.py");
  file->set_content(source);
  return job;
}

jail::v1::JobSpec Command1(const std::string& program) {
  jail::v1::JobSpec job;
  job.add_command(program);
  return job;
}

TEST_F(PoolTest, TheSecondRunOfAShapeFindsAJailThatIsReady) {
  const auto first = jail_->Run(Command1("/usr/bin/true"));
  EXPECT_EQ(first.verdict(), jail::v1::VERDICT_OK) << first.DebugString();
  EXPECT_EQ(first.phases(0).start(), PhaseResult::START_COLD);
  EXPECT_EQ(first.phases(0).parked_us(), 0);
  ASSERT_TRUE(AwaitReady(4));
  const auto second = jail_->Run(Command1("/usr/bin/true"));
  EXPECT_EQ(second.verdict(), jail::v1::VERDICT_OK) << second.DebugString();
  EXPECT_EQ(second.phases(0).start(), PhaseResult::START_PARKED);
  EXPECT_GT(second.phases(0).parked_us(), 0);
  EXPECT_EQ(pool_->stats().handed_out, 1);
  EXPECT_EQ(pool_->stats().missed, 1);
  ASSERT_TRUE(AwaitReady(4)) << "it was not replaced";
}

// The times of a record are this job's, whenever its jail was built.
TEST_F(PoolTest, P23_TimesBeginWithTheJob) {
  jail_->Run(Command1("/usr/bin/true"));
  ASSERT_TRUE(AwaitReady(4));
  const auto record = jail_->Run(Command1("/usr/bin/true"));
  ASSERT_EQ(record.phases(0).start(), PhaseResult::START_PARKED);
  EXPECT_LT(record.timeline().setup_us(), record.timeline().total_us());
  for (const auto& step : record.timeline().steps()) {
    EXPECT_GE(step.start_us(), 0) << step.step();
    EXPECT_NE(step.step(), "mount_rootfs") << "was long done";
  }
}

struct Sample {
  const char* name;
  const char* language;
  const char* source;
  void (*change)(jail::v1::JobSpec*);
};

constexpr Sample kSamples[] = {
    {"Hello", "python", "print('hello')", nullptr},
    {"ExitCode", "python", "import sys; sys.exit(7)", nullptr},
    {"Exception", "python", "raise ValueError('no')", nullptr},
    {"Input", "python", "print(input()[::-1])", [](jail::v1::JobSpec* job) { job->set_stdin("abc\n"); }},
    {"Arguments", "python", "import sys; print(sys.argv[1:])",
     [](jail::v1::JobSpec* job) {
       job->add_args("one");
       job->add_args("two");
     }},
    {"Environment", "python", "import os; print(sorted(os.environ))",
     [](jail::v1::JobSpec* job) { (*job->mutable_env())["WHO"] = "me"; }},
    {"Descriptors", "python", "import os; print(sorted(os.listdir('/proc/self/fd')))", nullptr},
    {"Where", "python",
     "import os; print(os.getcwd(), os.getuid(), os.getpid(), os.getppid(), os.getsid(0), os.getpgrp(),"
     " sorted(os.listdir('.')), sorted(os.listdir('/')))",
     nullptr},
    {"Mounts", "python",  // Of a tmpfs the kernel shows the host's uid, which is each jail's own.
     "import re\nprint(sorted(re.sub('[ug]id=19\\d+', '', ' '.join(l.split()[1:4])) for l in "
     "open('/proc/self/mounts')))",
     nullptr},
    {"Status", "python",
     "print([l for l in open('/proc/self/status') if l.split(':')[0] in ('CapEff', 'CapBnd', 'CapPrm', "
     "'CapInh',"
     " 'CapAmb', 'NoNewPrivs', 'Seccomp', 'Seccomp_filters', 'Uid', 'Gid', 'Groups', 'SigBlk', 'SigIgn', "
     "'SigCgt',"
     " 'Cpus_allowed', 'NSpid')])",
     nullptr},
    {"Rlimits", "python",
     "import resource as r; print([(n, r.getrlimit(getattr(r, n))) for n in dir(r) if "
     "n.startswith('RLIMIT_')])",
     [](jail::v1::JobSpec* job) {
       job->mutable_limits()->set_open_files(33);
       job->mutable_limits()->set_stack_bytes(3 << 20);
       job->mutable_limits()->set_file_bytes(12345);
     }},
    {"Network", "python",
     "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(); c = socket.create_connection("
     "s.getsockname()); print('loopback'); print(socket.if_nameindex())",
     nullptr},
    {"NoNetwork", "python",
     "import socket\ntry: socket.create_connection(('10.0.0.1', 1), 1)\nexcept OSError as e: print(e.errno)",
     nullptr},
    {"Denied", "python",
     "import ctypes; c = ctypes.CDLL(None, use_errno=True); print(c.syscall(165, 0, 0, 0, 0, 0), "
     "ctypes.get_errno())",
     nullptr},
    {"Nested", "python",
     "import ctypes; c = ctypes.CDLL(None, use_errno=True); print(c.unshare(0x10000000), ctypes.get_errno())",
     nullptr},
    {"WriteOutside", "python",
     "for p in '/x', '/usr/x', '/app/x', '/etc/x', '/work/x', '/tmp/x', '/dev/shm/x':\n"
     "  try: open(p, 'w'); print(p)\n  except OSError as e: print(p, e.errno)",
     nullptr},
    {"Memory", "python", "x = bytearray(200 << 20); print(len(x))",
     [](jail::v1::JobSpec* job) { job->mutable_limits()->set_memory_bytes(64 << 20); }},
    {"WallTime", "python", "import time; print(1, flush=True); time.sleep(9)",
     [](jail::v1::JobSpec* job) { job->mutable_limits()->set_wall_time_ms(200); }},
    {"CpuTime", "python", "while True: pass",
     [](jail::v1::JobSpec* job) { job->mutable_limits()->set_cpu_time_ms(150); }},
    {"Processes", "python",
     "import os, sys\nn = 0\ntry:\n  while n < 50:\n    if os.fork() == 0: os.read(0, 1); os._exit(0)\n    n "
     "+= 1\n"
     "except OSError as e: print(n, e.errno)",
     [](jail::v1::JobSpec* job) { job->mutable_limits()->set_processes(5); }},
    {"Output", "python", "print('x' * 100000)",
     [](jail::v1::JobSpec* job) { job->mutable_limits()->set_output_bytes(1000); }},
    {"Disk", "python",
     "try:\n  with open('f', 'wb') as f:\n    while True: f.write(b'x' * 65536); f.flush()\nexcept OSError "
     "as e: print("
     "e.errno)",
     [](jail::v1::JobSpec* job) { job->mutable_limits()->set_disk_bytes(1 << 20); }},
    {"Signal", "python", "import os; os.kill(os.getpid(), 11)", nullptr},
    {"FilesBack", "python", "open('out.txt', 'w').write('back')",
     [](jail::v1::JobSpec* job) { job->add_artifact_globs("*.txt"); }},
    {"Compiled", "c", "#include <stdio.h>\nint main(void) { puts(\"c\"); return 3; }\n", nullptr},
    {"CompileError", "c", "int main(void) { return x; }\n", nullptr},
    {"SlowRate", "python", "print(1)",
     [](jail::v1::JobSpec* job) { job->mutable_limits()->set_cpu_millicores(500); }},
    {"CpuSet", "python", "import os; print(sorted(os.sched_getaffinity(0)))",
     [](jail::v1::JobSpec* job) { job->mutable_limits()->set_cpu_set("0"); }},
};

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

TEST_F(PoolTest, P23_AParkedJailIsAsGoodAsAColdOne) {
  for (const Sample& sample : kSamples) {
    SCOPED_TRACE(sample.name);
    jail::v1::JobSpec job = Job(sample.language, sample.source);
    if (sample.change != nullptr) sample.change(&job);
    const auto cold = cold_->Run(job);
    jail_->Run(job);  // So that the pool knows the shape.
    ASSERT_TRUE(Await([&] { return pool_->stats().building == 0 && pool_->stats().ready >= 4; }));
    const auto parked = jail_->Run(job);
    for (const PhaseResult& phase : cold.phases()) EXPECT_EQ(phase.start(), PhaseResult::START_COLD);
    for (const PhaseResult& phase : parked.phases()) EXPECT_EQ(phase.start(), PhaseResult::START_PARKED);
    ExpectSameMeaning(parked, cold);
  }
}

// One job's files, processes and secrets are not the next one's: a jail is used once.
TEST_F(PoolTest, P38_NoTwoRunsShareAJail) {
  const auto job =
      Job("python",
          "import os\nprint(sorted(os.listdir('/work') + os.listdir('/tmp') + os.listdir('/dev/shm')))\n"
          "for d in '/work', '/tmp', '/dev/shm': open(d + '/mine', 'w').write('secret')\n"
          "if os.fork() == 0:\n  os.setsid(); import time; time.sleep(60)\n");
  std::string first;
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(i == 0 || AwaitReady(4));
    const auto record = jail_->Run(job);
    ASSERT_EQ(record.verdict(), jail::v1::VERDICT_OK) << record.DebugString();
    if (i == 0) first = record.phases(0).stdout().content();
    EXPECT_EQ(record.phases(0).stdout().content(), first);
  }
}

TEST_F(PoolTest, AShapeThatNobodyAsksForMakesRoom) {
  OpenPool({.ready_per_shape = 2, .most = 2});
  jail_->Run(Command1("/usr/bin/true"));
  ASSERT_TRUE(AwaitReady(2));
  auto other = Command1("/usr/bin/true");
  other.mutable_limits()->set_disk_bytes(7 << 20);
  jail_->Run(other);
  ASSERT_TRUE(Await([&] { return pool_->stats().ready == 2 && pool_->stats().shapes == 1; }));
  EXPECT_EQ(jail_->Run(other).phases(0).start(), PhaseResult::START_PARKED);
}

TEST_F(PoolTest, AJailThatDiesWaitingIsReplaced) {
  jail_->Run(Command1("/usr/bin/true"));
  ASSERT_TRUE(AwaitReady(4));
  settle_ = absl::Seconds(5);
  for (const pid_t pid : Helpers()) kill(pid, SIGKILL);
  ASSERT_TRUE(Await([&] { return pool_->stats().failed >= 4; }));
  EXPECT_EQ(jail_->Run(Command1("/usr/bin/true")).verdict(), jail::v1::VERDICT_OK);
  ASSERT_TRUE(AwaitReady(4));
  EXPECT_EQ(jail_->Run(Command1("/usr/bin/true")).phases(0).start(), PhaseResult::START_PARKED);
}

TEST_F(PoolTest, P19_APoolThatEndsTakesItsJailsAlong) {
  jail_->Run(Command1("/usr/bin/true"));
  ASSERT_TRUE(AwaitReady(4));
  EXPECT_EQ(Helpers().size(), 4u);
  jail_.reset();
  pool_.reset();
  EXPECT_THAT(Helpers(), IsEmpty());
}

// --- The helper's second plan, from a hostile caller ---

class SecondPlanTest : public JailTest {
 protected:
  // A jail of the plain plan's shape, waiting.
  jail::Helper ParkOne() {
    std::string shape =
        PlanBytes([](jail::plan::Header* header, std::string*) { header->flags |= jail::plan::kPark; });
    auto helper = jail::Park(JAILTEST_LAUNCHER, {shape});
    EXPECT_TRUE(helper.ok()) << helper.status();
    if (!helper.ok()) return {};
    EXPECT_TRUE(Await([&] { return jail::IsParked(&*helper).value_or(false); }));
    return *std::move(helper);
  }

  static int Send(const jail::Helper& helper, jail::plan::Message message, int fd) {
    return jail::SendByte(helper.control.get(), static_cast<uint8_t>(message), fd);
  }

  static std::optional<jail::plan::RawReport> End(const jail::Helper& helper) {
    pollfd exited = {helper.pidfd.get(), POLLIN, 0};
    EXPECT_EQ(poll(&exited, 1, 20'000), 1) << "the helper lives on";
    jail::Bury(helper.pidfd.get());
    return jail::watch::ReadReport(helper.report.get());
  }
};

struct BadJob {
  const char* name;
  jail::plan::StepId step;
  int error;
  void (*spoil)(jail::plan::Header*, std::string*);
};

constexpr BadJob kBadJobs[] = {
    {"OtherRoot", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { std::strcpy(h->root, "none"); }},
    {"OtherPolicy", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { std::strcpy(h->policy, "init"); }},
    {"OtherName", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { std::strcpy(h->hostname, "other"); }},
    {"AnImage", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { std::strcpy(h->image, "small-0123456789abcdef"); }},
    {"MoreDisk", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { h->limits.disk_bytes += 4096; }},
    {"MoreFiles", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { h->limits.disk_inodes += 1; }},
    {"ARate", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { h->limits.cpu_millicores = 100; }},
    {"WorkBack", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { h->flags |= jail::plan::kSendWork; }},
    {"Rootless", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { h->flags |= jail::plan::kRootless; }},
    {"ParkedAgain", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { h->flags |= jail::plan::kPark; }},
    {"OtherLayers", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { h->required = 1u << jail::plan::kLandlock; }},
    {"AChannel", jail::plan::StepId::kMatchShape, EINVAL,
     [](jail::plan::Header* h, std::string*) { h->channel_count = 1; }},
    {"TooMuchMemory", jail::plan::StepId::kAdmitPlan, E2BIG,
     [](jail::plan::Header* h, std::string*) { h->limits.memory_bytes = INT64_MAX; }},
    {"NoProgram", jail::plan::StepId::kCheckSeals, EBADMSG,
     [](jail::plan::Header* h, std::string*) { h->argc = 0; }},
};

TEST_F(SecondPlanTest, P33_AJobOfAnotherShapeIsRefusedAndNothingRuns) {
  for (const BadJob& bad : kBadJobs) {
    SCOPED_TRACE(bad.name);
    const jail::Helper helper = ParkOne();
    const jail::Fd plan = PlanMemfd(PlanBytes(bad.spoil));
    ASSERT_EQ(Send(helper, jail::plan::Message::kJob, plan.get()), 0);
    const auto report = End(helper);
    ASSERT_TRUE(report.has_value());
    EXPECT_STREQ(jail::plan::StepName(report->host.step), jail::plan::StepName(bad.step));
    EXPECT_EQ(report->host.error, bad.error);
    EXPECT_EQ(report->exec_ns, 0);
    EXPECT_EQ(report->finished, 1u);
  }
}

TEST_F(SecondPlanTest, P33_AJobThatCouldStillChangeIsRefused) {
  for (const int seals : {0, F_SEAL_WRITE, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW}) {
    const jail::Helper helper = ParkOne();
    const jail::Fd plan = PlanMemfd(PlanBytes(), seals);
    ASSERT_EQ(Send(helper, jail::plan::Message::kJob, plan.get()), 0);
    const auto report = End(helper);
    ASSERT_TRUE(report.has_value());
    EXPECT_STREQ(jail::plan::StepName(report->host.step), "check_seals");
    EXPECT_EQ(report->exec_ns, 0);
  }
}

TEST_F(SecondPlanTest, P33_AJobThatIsNoPlanAtAll) {
  const jail::Fd null(open("/dev/null", O_RDONLY | O_CLOEXEC));
  for (const int fd : {-1, null.get()}) {
    const jail::Helper helper = ParkOne();
    ASSERT_EQ(Send(helper, jail::plan::Message::kJob, fd), 0);
    const auto report = End(helper);
    ASSERT_TRUE(report.has_value());
    EXPECT_STREQ(jail::plan::StepName(report->host.step), "check_seals");
    EXPECT_EQ(report->exec_ns, 0);
  }
}

// One jail, one job: of two that are sent, the first counts and the second ends the run.
TEST_F(SecondPlanTest, P38_ASecondJobEndsTheFirst) {
  const jail::Helper helper = ParkOne();
  const jail::Fd plan = PlanMemfd(PlanBytes());
  ASSERT_EQ(Send(helper, jail::plan::Message::kJob, plan.get()), 0);
  static_cast<void>(
      Send(helper, jail::plan::Message::kJob, plan.get()));  // EPIPE when /usr/bin/true was faster.
  const auto report = End(helper);
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->finished, 1u);
}

TEST_F(SecondPlanTest, AGoodJobRuns) {
  const jail::Helper helper = ParkOne();
  ASSERT_EQ(Send(helper, jail::plan::Message::kJob, PlanMemfd(PlanBytes()).get()), 0);
  const auto report = End(helper);
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->program_ended, 1u);
  EXPECT_EQ(report->program_status, 0);
  EXPECT_EQ(report->host.error, 0);
}

TEST_F(SecondPlanTest, P19_LettingGoOfAParkedJailEndsIt) {
  jail::Helper helper = ParkOne();
  helper.control.Reset();
  const auto report = End(helper);
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->kill_reason, jail::plan::KillReason::kCallerDied);
  EXPECT_EQ(report->exec_ns, 0);
}

// --- The command ---

class PoolCommandTest : public JailTest {
 protected:
  void TearDown() override {
    std::error_code error;
    fs::remove_all(folder_, error);
    JailTest::TearDown();
  }

  std::unique_ptr<Process> StartPool(std::vector<std::string> more = {}) {
    fs::create_directories(folder_);
    std::vector<std::string> argv = {JailrunPath(), "pool", "--pool", socket_};
    argv.insert(argv.end(), more.begin(), more.end());
    Command command{.argv = argv};
    command.timeout = absl::Seconds(60);
    auto process = std::make_unique<Process>(std::move(command));
    EXPECT_TRUE(Await([&] { return Status().find("Ready:") != std::string::npos; }));
    return process;
  }

  std::string Status() const {
    Process status(Command{.argv = {JailrunPath(), "pool", "status", "--pool", socket_}});
    return status.Finish().out;
  }

  bool AwaitReady(int ready) {
    return Await([&] { return Status().find(absl::StrCat("Ready: ", ready, " ")) != std::string::npos; });
  }

  JailRun RunTrue() { return Jailrun({"exec", "--pool", socket_, "--", "/usr/bin/echo", "there"}); }

  const std::string folder_ = absl::StrCat("/tmp/jailtest-pool-", getpid());
  const std::string socket_ = folder_ + "/socket";
};

TEST_F(PoolCommandTest, RunsOfTheSameUserTakeFromIt) {
  const auto pool = StartPool({"--ready", "2"});
  EXPECT_EQ(RunTrue().phase().start(), PhaseResult::START_COLD);
  ASSERT_TRUE(AwaitReady(2));
  const JailRun run = RunTrue();
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.outcome.out, "there\n");
  EXPECT_EQ(run.outcome.exit_code, 0);
  EXPECT_EQ(run.phase().start(), PhaseResult::START_PARKED);
  EXPECT_THAT(Status(), HasSubstr("Handed out: 1; asked for when none was ready: 1; built in vain: 0"));
  EXPECT_EQ(Jailrun({"exec", "--cold", "--", "/usr/bin/true"}).phase().start(), PhaseResult::START_COLD);
  pool->Signal(SIGTERM);
  const Outcome outcome = pool->Finish();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_FALSE(fs::exists(socket_));
}

TEST_F(PoolCommandTest, APoolThatCannotBeReachedIsSaid) {
  const JailRun run = RunTrue();
  EXPECT_EQ(run.outcome.exit_code, 125) << run.Describe();
  EXPECT_THAT(run.outcome.err, HasSubstr(socket_));
}

TEST_F(PoolCommandTest, ASecondPoolAtTheSamePlaceIsRefused) {
  const auto pool = StartPool();
  Process second(Command{.argv = {JailrunPath(), "pool", "--pool", socket_}});
  const Outcome outcome = second.Finish();
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("already"));
  pool->Signal(SIGTERM);
  EXPECT_EQ(pool->Finish().exit_code, 0);
}

// What a killed pool leaves: its socket, which the next one takes away, and jails that end by themselves.
TEST_F(PoolCommandTest, P19_AKilledPoolLeavesNothingAlive) {
  settle_ = absl::Seconds(5);
  for (int i = 0; i < 2; ++i) {
    const auto pool = StartPool({"--ready", "3"});
    RunTrue();
    ASSERT_TRUE(AwaitReady(3));
    pool->Signal(SIGKILL);
    EXPECT_EQ(pool->Finish().term_signal, SIGKILL);
    EXPECT_THAT(AwaitNoOrphans(absl::Seconds(5)), IsEmpty());
  }
}

// Found by itself or named, a pool that does not answer costs a second and not the run.
TEST_F(PoolCommandTest, APoolThatStandsStillHoldsUpNobody) {
  const auto pool = StartPool({"--ready", "1"});
  pool->Signal(SIGSTOP);
  const JailRun run = RunTrue();
  EXPECT_EQ(run.outcome.exit_code, 125) << run.Describe();
  EXPECT_FALSE(run.outcome.timed_out);
  pool->Signal(SIGCONT);
  pool->Signal(SIGTERM);
  EXPECT_EQ(pool->Finish().exit_code, 0);
}

// A run goes on when the pool that had its jail is gone: nothing of it is the pool's any more.
TEST_F(PoolCommandTest, ARunOutlivesItsPool) {
  settle_ = absl::Seconds(5);
  const auto pool = StartPool({"--ready", "1"});
  RunTrue();
  ASSERT_TRUE(AwaitReady(1));
  Command command = JailrunCommand({"exec", "--pool", socket_, "--", "/usr/bin/cat"});
  command.keep_stdin_open = true;
  command.stdin_bytes = "begun\n";
  Process run(std::move(command));
  ASSERT_TRUE(run.AwaitOutput("begun", absl::Seconds(10)));
  pool->Signal(SIGKILL);
  EXPECT_EQ(pool->Finish().term_signal, SIGKILL);
  run.Signal(SIGTERM);
  const JailRun ended = Finish(&run);
  EXPECT_EQ(ended.record.verdict(), jail::v1::VERDICT_CANCELLED) << ended.Describe();
  EXPECT_EQ(ended.phase().start(), PhaseResult::START_PARKED);
  EXPECT_EQ(ended.outcome.out, "begun\n");
}

TEST_F(PoolCommandTest, P19_AClientThatIsKilledEndsItsJail) {
  settle_ = absl::Seconds(5);
  const auto pool = StartPool({"--ready", "1"});
  RunTrue();
  ASSERT_TRUE(AwaitReady(1));
  Command command = JailrunCommand({"exec", "--pool", socket_, "--", "/usr/bin/cat"});
  command.keep_stdin_open = true;
  command.stdin_bytes = "begun\n";
  Process run(std::move(command));
  ASSERT_TRUE(run.AwaitOutput("begun", absl::Seconds(10)));
  run.Signal(SIGKILL);
  EXPECT_EQ(run.Finish().term_signal, SIGKILL);
  ASSERT_TRUE(AwaitReady(1));
  pool->Signal(SIGTERM);
  EXPECT_EQ(pool->Finish().exit_code, 0);
}

}  // namespace
}  // namespace jailtest
