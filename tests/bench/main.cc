// jail_bench: what a cold jail costs beside its peers. Runs the same program in every way that a file lists,
// in another order in every round, so that whatever else the machine does falls on all of them alike;
// first back to back ("hot"), then after 100 ms of idleness before each start ("idle"), then several at once.
//
//   jail_bench --contenders FILE [--json FILE] [--rounds N] [--smoke]
//   jail_bench --jailrun PATH --overshoot N [--json FILE]
//   jail_bench --write-filter FILE                                 the policy "default", for who takes a
//   filter
//
// FILE is what tests/bench/cold.py writes. --overshoot: how exact time limits are, by N kills of each kind.
// --smoke runs two rounds: it fails when a command fails, never for being slow.
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "jail/plan/builtin.h"
#include "tests/bench/contender.h"
#include "tests/bench/overshoot.h"
#include "tests/bench/report.h"
#include "tests/bench/spawn.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr int kTurns = 3;  // Of each of those that run at once, at least.

struct Options {
  std::string jailrun;
  std::string contenders;
  std::string json_path;
  std::string filter_path;
  int rounds = 100;
  int idle_rounds = 30;
  int batch_rounds = 8;
  int batch_runs = 32;
  int kills = 0;
};

// /usr/local/lib/jailrun-load-PID with the program in it, where a jail sees it; gone at the end.
class ProgramFolder {
 public:
  ProgramFolder() : path_(absl::StrCat("/usr/local/lib/jailrun-load-", getpid())) {
    fs::create_directories(path_);
    fs::copy_file(BENCH_LOAD, load());
  }
  ~ProgramFolder() {
    std::error_code ignored;  // Nothing is left to be done about it.
    fs::remove_all(path_, ignored);
  }
  ProgramFolder(const ProgramFolder&) = delete;
  ProgramFolder& operator=(const ProgramFolder&) = delete;

  std::string load() const { return path_ + "/load"; }

 private:
  std::string path_;
};

// A contender that does not work must not look quick.
bool AllWork(const std::vector<Contender>& contenders) {
  for (const Contender& c : contenders) {
    if (OutputOf(c.start) == "hello\n") continue;
    std::fprintf(stderr, "jail_bench: %s/%s does not print hello: %s\n", c.program.c_str(), c.name.c_str(),
                 absl::StrJoin(c.start.command, " ").c_str());
    return false;
  }
  return true;
}

// All of them, in another order in every round: what one leaves behind (the kernel takes namespaces and
// groups apart later) falls on any other.
std::vector<size_t> Order(size_t count, int round) {
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  std::shuffle(order.begin(), order.end(), std::mt19937(static_cast<unsigned>(round)));
  return order;
}

bool Failed(const Contender& c, int round) {
  std::fprintf(stderr, "jail_bench: %s/%s failed in round %d\n", c.program.c_str(), c.name.c_str(), round);
  return false;
}

// Adds a time per contender and round to `all`; false as soon as a command fails.
bool RunRounds(const std::vector<Contender>& contenders, const char* setting, int rounds, int idle_ms,
               std::vector<Series>* all) {
  const size_t first = all->size();
  for (const Contender& c : contenders) all->push_back({c.program, setting, c.name, {}});
  const timespec idle = {0, idle_ms * 1'000'000L};
  for (int round = 0; round < rounds; ++round) {
    for (const size_t i : Order(contenders.size(), round)) {
      if (idle_ms > 0) nanosleep(&idle, nullptr);
      const double time_ms = TimeOnceMs(contenders[i].start);
      if (time_ms < 0) return Failed(contenders[i], round);
      (*all)[first + i].times_ms.push_back(time_ms);
    }
  }
  return true;
}

// The same for batches of runs.
bool RunBatches(const std::vector<Contender>& contenders, int rounds, int runs, std::vector<Rates>* all) {
  std::vector<const Contender*> of_row;
  for (const Contender& c : contenders) {
    for (int at_once : c.at_once) {
      all->push_back({c.program, c.name, at_once, {}, {}});
      of_row.push_back(&c);
    }
  }
  for (int round = 0; round < rounds; ++round) {
    for (const size_t i : Order(all->size(), round)) {
      Rates& row = (*all)[i];
      const int count = std::max(runs, kTurns * row.at_once);
      const Batch batch = TimeBatch(of_row[i]->start, count, row.at_once);
      if (batch.seconds <= 0) return Failed(*of_row[i], round);
      row.runs_per_s.push_back(count / batch.seconds);
      row.cpu_ms_per_run.push_back(batch.cpu_ms / count);
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
      options->rounds = options->idle_rounds = 2;
      options->batch_rounds = 1;
      options->batch_runs = 8;
      continue;
    }
    if (word == "--jailrun") {
      options->jailrun = value;
    } else if (word == "--contenders") {
      options->contenders = value;
    } else if (word == "--write-filter") {
      options->filter_path = value;
    } else if (word == "--json") {
      options->json_path = value;
    } else if (word == "--overshoot") {
      if (!absl::SimpleAtoi(value, &options->kills)) return false;
    } else if (word != "--rounds" || !absl::SimpleAtoi(value, &options->rounds)) {
      return false;
    }
    ++i;
  }
  if (!options->filter_path.empty()) return true;
  const bool complete = options->kills > 0 ? !options->jailrun.empty() : !options->contenders.empty();
  return complete && options->rounds > 0 && options->rounds <= 100'000 && options->kills >= 0 &&
         options->kills <= 100'000;
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

bool ColdRuns(const Options& options) {
  const std::vector<Contender> contenders = ReadContenders(options.contenders);
  AdoptOrphans();
  Results all;
  const bool measured = !contenders.empty() && AllWork(contenders) &&
                        RunRounds(contenders, "hot", options.rounds, /*idle_ms=*/0, &all.series) &&
                        RunRounds(contenders, "idle", options.idle_rounds, /*idle_ms=*/100, &all.series) &&
                        RunBatches(contenders, options.batch_rounds, options.batch_runs, &all.rates);
  return Show(all, measured, options.json_path);
}

bool WriteFilter(const std::string& path) {
  const jail::plan::CompiledPolicy& policy = *jail::plan::FindPolicy("default");
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(policy.code),
             policy.length * std::streamsize{sizeof(sock_filter)});
  return static_cast<bool>(file.flush());
}

bool TimeLimits(const Options& options) {
  const ProgramFolder folder;
  const Exactness all = MeasureExactness(fs::absolute(options.jailrun), folder.load(), options.kills);
  return Show(all, !all.supervisions.empty(), options.json_path);
}

bool Run(const Options& options) {
  if (!options.filter_path.empty()) return WriteFilter(options.filter_path);
  return options.kills > 0 ? TimeLimits(options) : ColdRuns(options);
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  bench::Options options;
  if (!bench::Parse(argc, argv, &options)) {
    std::fputs(
        "usage: jail_bench --contenders FILE [--json FILE] [--rounds N] [--smoke]\n"
        "       jail_bench --jailrun PATH --overshoot N [--json FILE]\n",
        stderr);
    return 2;
  }
  if (geteuid() != 0) {
    std::fputs("jail_bench: needs root, to put its programs below /usr/local/lib while it runs\n", stderr);
    return 2;
  }
  return bench::Run(options) ? 0 : 1;
}
