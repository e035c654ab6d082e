// Parked jails (jail/pool): built before their job is known, used for one, as good as cold ones. Keeps P38
// (used once, holding no secret), P19 (nothing is left) and P23 (the honest report) where several processes
// hand a jail on. Beside it: pool_command_test.cc, and second_plan_test.cc for the helper under attack.
#include "jail/pool/pool.h"

#include <signal.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "jail/jail.h"
#include "tests/integration/await.h"
#include "tests/testlib/jailtest/jailrun.h"
#include "tests/testlib/jailtest/process_tree.h"

namespace jailtest {
namespace {

using jail::pool::Pool;
using jail::v1::PhaseResult;
using testing::IsEmpty;

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

}  // namespace
}  // namespace jailtest
