// jail_bench: what a cold jail costs. Runs the same program bare, in a jail and in bubblewrap, one after
// the other in every round, so that whatever else the machine does falls on all of them alike; first
// back to back ("hot"), then after 100 ms of idleness before each start ("idle").
//
//   jail_bench --jailrun PATH [--json FILE] [--rounds N] [--smoke]
//   jail_bench --jailrun PATH [--json FILE] --overshoot N       how exact time limits are: N kills of each
//   kind
//
// --smoke runs two rounds of both: it fails when a command fails, never for being slow. The programs must be
// where every contender sees them, which is /usr: they lie in a directory there while this runs.
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tests/bench/overshoot.h"
#include "tests/bench/report.h"
#include "tests/bench/spawn.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string jailrun;
  std::string json_path;
  int rounds = 200;
  int idle_rounds = 30;
  int kills = 0;
  bool smoke = false;
};

struct Contender {
  std::string program;
  std::string name;
  Command command;
};

// /usr/local/lib/jailrun-bench-PID with the programs in it; gone at the end.
class ProgramFolder {
 public:
  ProgramFolder() : path_(absl::StrCat("/usr/local/lib/jailrun-bench-", getpid())) {
    fs::create_directories(path_);
    fs::copy_file(BENCH_HELLO, hello());
    fs::copy_file(BENCH_LOAD, load());
    std::ofstream(python()) << "print('hello')\n";
  }
  ~ProgramFolder() {
    std::error_code ignored;  // Nothing is left to be done about it.
    fs::remove_all(path_, ignored);
  }
  ProgramFolder(const ProgramFolder&) = delete;
  ProgramFolder& operator=(const ProgramFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string hello() const { return path_ + "/hello"; }
  std::string load() const { return path_ + "/load"; }
  std::string python() const { return path_ + "/hello.py"; }

 private:
  std::string path_;
};

Command Bubblewrap(const ProgramFolder& folder, const Command& program) {
  Command command = {"/usr/bin/bwrap",    "--unshare-all", "--uid",  "1000",      "--gid",       "1000",
                     "--ro-bind",         "/usr",          "/usr",   "--ro-bind", "/lib",        "/lib",
                     "--ro-bind",         "/bin",          "/bin",   "--ro-bind", "/lib64",      "/lib64",
                     "--ro-bind",         "/etc",          "/etc",   "--ro-bind", folder.path(), "/box",
                     "--tmpfs",           "/tmp",          "--proc", "/proc",     "--dev",       "/dev",
                     "--die-with-parent", "--new-session", "--"};
  command.insert(command.end(), program.begin(), program.end());
  return command;
}

std::vector<Contender> Contenders(const std::string& jailrun, const ProgramFolder& folder) {
  const Command hello = {folder.hello()};
  const Command python = {"/usr/bin/python3", folder.python()};
  return {
      {"hello", "bare", hello},
      {"hello", "jailrun", {jailrun, "exec", "--rootfs", "host", "--", folder.hello()}},
      {"hello", "bubblewrap", Bubblewrap(folder, hello)},
      {"python", "bare", python},
      {"python", "jailrun", {jailrun, "--lang", "python", folder.python()}},
      {"python", "bubblewrap", Bubblewrap(folder, python)},
  };
}

// A contender that does not work must not look quick.
bool AllWork(const std::vector<Contender>& contenders) {
  for (const Contender& c : contenders) {
    if (OutputOf(c.command) == "hello\n") continue;
    std::fprintf(stderr, "jail_bench: %s/%s does not print hello: %s\n", c.program.c_str(), c.name.c_str(),
                 c.command[0].c_str());
    return false;
  }
  return true;
}

// Adds a time per contender and round to `all`; false as soon as a command fails.
bool RunRounds(const std::vector<Contender>& contenders, const char* setting, int rounds, int idle_ms,
               std::vector<Series>* all) {
  const size_t first = all->size();
  for (const Contender& c : contenders) all->push_back({c.program, setting, c.name, {}});
  const timespec idle = {0, idle_ms * 1'000'000L};
  for (int round = 0; round < rounds; ++round) {
    for (size_t i = 0; i < contenders.size(); ++i) {
      if (idle_ms > 0) nanosleep(&idle, nullptr);
      const double time_ms = TimeOnceMs(contenders[i].command);
      if (time_ms < 0) {
        std::fprintf(stderr, "jail_bench: %s failed in round %d\n", contenders[i].command[0].c_str(), round);
        return false;
      }
      (*all)[first + i].times_ms.push_back(time_ms);
    }
  }
  return true;
}

// False for a wrong command line.
bool Parse(int argc, char** argv, Options* options) {
  for (int i = 1; i < argc; ++i) {
    const absl::string_view word = argv[i];
    const char* value = i + 1 < argc ? argv[i + 1] : "";
    if (word == "--smoke") {
      options->smoke = true;
      options->rounds = options->idle_rounds = options->kills = 2;
      continue;
    }
    if (word == "--jailrun") {
      options->jailrun = value;
    } else if (word == "--json") {
      options->json_path = value;
    } else if (word == "--overshoot") {
      if (!absl::SimpleAtoi(value, &options->kills)) return false;
    } else if (word != "--rounds" || !absl::SimpleAtoi(value, &options->rounds)) {
      return false;
    }
    ++i;
  }
  return !options->jailrun.empty() && options->rounds > 0 && options->rounds <= 100'000 &&
         options->kills >= 0 && options->kills <= 100'000;
}

// The results: for people now, for programs in a file. False when there are none.
template <typename Results>
bool Show(const Results& results, bool measured, const std::string& json_path) {
  if (!measured) return false;
  std::fputs(Table(results).c_str(), stdout);
  if (json_path.empty()) return true;
  std::ofstream json(json_path);
  json << Json(results);
  return static_cast<bool>(json.flush());
}

bool ColdRuns(const Options& options, const ProgramFolder& folder) {
  const std::vector<Contender> contenders = Contenders(fs::absolute(options.jailrun), folder);
  std::vector<Series> all;
  const bool measured = AllWork(contenders) &&
                        RunRounds(contenders, "hot", options.rounds, /*idle_ms=*/0, &all) &&
                        RunRounds(contenders, "idle", options.idle_rounds, /*idle_ms=*/100, &all);
  return Show(all, measured, options.json_path);
}

bool TimeLimits(const Options& options, const ProgramFolder& folder) {
  const Exactness all = MeasureExactness(fs::absolute(options.jailrun), folder.load(), options.kills);
  return Show(all, !all.supervisions.empty(), options.smoke ? "" : options.json_path);
}

int Run(const Options& options) {
  const ProgramFolder folder;
  const bool cold_runs = options.smoke || options.kills == 0;
  const bool time_limits = options.kills > 0;
  return (!cold_runs || ColdRuns(options, folder)) && (!time_limits || TimeLimits(options, folder)) ? 0 : 1;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  bench::Options options;
  if (!bench::Parse(argc, argv, &options)) {
    std::fputs("usage: jail_bench --jailrun PATH [--json FILE] [--rounds N | --overshoot N | --smoke]\n",
               stderr);
    return 2;
  }
  if (geteuid() != 0) {
    std::fputs("jail_bench: needs root, to put its programs below /usr/local/lib while it runs\n", stderr);
    return 2;
  }
  return bench::Run(options);
}
