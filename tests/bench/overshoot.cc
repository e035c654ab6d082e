#include "tests/bench/overshoot.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <optional>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "jail/v1/result.pb.h"
#include "tests/bench/spawn.h"
#include "tests/bench/stats.h"

namespace bench {
namespace {

using jail::v1::ResultRecord;

struct Kind {
  const char* limit;
  const char* program;
  const char* load;  // See load.c.
  const char* flag;
  jail::v1::Verdict verdict;
  jail::v1::Resource resource;
};
constexpr Kind kKinds[] = {
    {"wall", "sleeping", "0", "--wall", jail::v1::VERDICT_WALL_TIME_LIMIT, jail::v1::RESOURCE_WALL_TIME_MS},
    {"wall", "spinning", "1", "--wall", jail::v1::VERDICT_WALL_TIME_LIMIT, jail::v1::RESOURCE_WALL_TIME_MS},
    {"CPU", "spinning", "1", "--time", jail::v1::VERDICT_CPU_TIME_LIMIT, jail::v1::RESOURCE_CPU_TIME_MS},
    {"CPU", "spinning in two processes", "2", "--time", jail::v1::VERDICT_CPU_TIME_LIMIT,
     jail::v1::RESOURCE_CPU_TIME_MS},
};
constexpr int kLimitMs = 50;

// The difference of a short and a long run is watching alone: both start and end alike.
constexpr int kShortMs = 100, kLongMs = 1100;
constexpr int kKillsForAPair = 40;

struct Killed {
  double cpu_ms = 0;  // Of jailrun, its helper and init; what is killed with its namespace is not added.
  ResultRecord record;
};

std::optional<Killed> RunIntoLimit(const std::string& jailrun, const std::string& load, const Kind& kind,
                                   int limit_ms) {
  const std::string limit = absl::StrCat(limit_ms, "ms");
  const Recorded run =
      RunForRecord({jailrun, "exec", "--rootfs", "host", "--record", absl::StrCat("fd:", kRecordFd),
                    kind.flag, limit, "--", load, kind.load});
  Killed killed = {run.cpu_ms, {}};
  if (killed.record.ParseFromString(run.record) && killed.record.verdict() == kind.verdict) return killed;
  std::fprintf(stderr, "jail_bench: no %s limit for a program that is %s: %s\n", kind.limit, kind.program,
               killed.record.summary().c_str());
  return std::nullopt;
}

double PastLimitMs(const ResultRecord& record, jail::v1::Resource resource) {
  for (const jail::v1::LimitHit& hit : record.phases(0).limit_hits()) {
    if (hit.resource() == resource) return static_cast<double>(hit.overshoot_us()) / 1e3;
  }
  return -1;
}

double WallMs(const Killed& killed) {
  return static_cast<double>(killed.record.phases(0).usage().wall_time_us()) / 1e3;
}

// How late a timer is that nothing hangs on: no limit can be met more exactly on this machine.
double TimerAloneMs() {
  const auto start = std::chrono::steady_clock::now();
  std::this_thread::sleep_until(start + std::chrono::milliseconds(kLimitMs));
  const std::chrono::duration<double, std::milli> slept = std::chrono::steady_clock::now() - start;
  return slept.count() - kLimitMs;
}

bool MeasureOvershoots(const std::string& jailrun, const std::string& load, int kills, Exactness* measured) {
  for (const Kind& kind : kKinds) measured->overshoots.push_back({kind.limit, kind.program, {}});
  measured->overshoots.push_back({"none", "a timer alone", {}});
  for (int round = 0; round < kills; ++round) {
    measured->overshoots.back().past_limit_ms.push_back(TimerAloneMs());
    for (size_t i = 0; i < std::size(kKinds); ++i) {
      const auto killed = RunIntoLimit(jailrun, load, kKinds[i], kLimitMs);
      if (!killed) return false;
      measured->overshoots[i].past_limit_ms.push_back(PastLimitMs(killed->record, kKinds[i].resource));
    }
  }
  return true;
}

bool MeasureSupervision(const std::string& jailrun, const std::string& load, int pairs, Exactness* measured) {
  for (const Kind& kind : {kKinds[0], kKinds[1]}) {
    std::vector<double> rates;
    for (int pair = 0; pair < pairs; ++pair) {
      const auto brief = RunIntoLimit(jailrun, load, kind, kShortMs);
      const auto lasting = RunIntoLimit(jailrun, load, kind, kLongMs);
      if (!brief || !lasting) return false;
      rates.push_back((lasting->cpu_ms - brief->cpu_ms) / (WallMs(*lasting) - WallMs(*brief)) * 1e3);
    }
    measured->supervisions.push_back({kind.program, Quantile(std::move(rates), 0.5)});
  }
  return true;
}

}  // namespace

Exactness MeasureExactness(const std::string& jailrun, const std::string& load, int kills) {
  Exactness measured;
  const int pairs = 1 + kills / kKillsForAPair;
  if (MeasureOvershoots(jailrun, load, kills, &measured) &&
      MeasureSupervision(jailrun, load, pairs, &measured))
    return measured;
  return {};
}

std::string Table(const Exactness& measured) {
  std::string table = absl::StrFormat("%-5s %-26s %6s %8s %8s %8s %8s\n", "limit", "program", "kills",
                                      "median", "p90", "p99", "max");
  for (const Overshoot& one : measured.overshoots) {
    const Summary s = Summarize(one.past_limit_ms);
    absl::StrAppendFormat(&table, "%-5s %-26s %6d %8.2f %8.2f %8.2f %8.2f\n", one.limit, one.program,
                          one.past_limit_ms.size(), s.median_ms, s.p90_ms, s.p99_ms, s.max_ms);
  }
  absl::StrAppend(
      &table, "Past the limit of ", kLimitMs,
      " ms, in ms. wall: when the last process was gone. CPU: used by the whole tree in the end. A timer\n"
      "alone: what this machine does to any deadline (a hypervisor's other guests, for one).\n");
  for (const Supervision& one : measured.supervisions) {
    absl::StrAppendFormat(&table, "supervision, program %s: %.2f ms of CPU time for each second\n",
                          one.program, one.cpu_ms_per_second);
  }
  return table;
}

std::string Json(const Exactness& measured) {
  std::string json = "{\"overshoot\": [";
  for (const Overshoot& one : measured.overshoots) {
    const Summary s = Summarize(one.past_limit_ms);
    absl::StrAppendFormat(&json,
                          "%s\n {\"limit\": \"%s\", \"program\": \"%s\", \"kills\": %d, \"median_ms\": %.3f, "
                          "\"p90_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f}",
                          &one == &measured.overshoots.front() ? "" : ",", one.limit, one.program,
                          one.past_limit_ms.size(), s.median_ms, s.p90_ms, s.p99_ms, s.max_ms);
  }
  absl::StrAppend(&json, "],\n \"supervision\": [");
  for (const Supervision& one : measured.supervisions) {
    absl::StrAppendFormat(&json, "%s\n {\"program\": \"%s\", \"cpu_ms_per_second\": %.3f}",
                          &one == &measured.supervisions.front() ? "" : ",", one.program,
                          one.cpu_ms_per_second);
  }
  return absl::StrCat(json, "]}\n");
}

}  // namespace bench
