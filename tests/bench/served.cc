// Runs of one process with threads, as a service makes them: cold, or from a pool of its own.
//   jail_served PROGRAM SECONDS CALLERS cold|pool [IDLE_MS]
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "jail/jail.h"
#include "jail/pool/pool.h"

namespace {

using Clock = std::chrono::steady_clock;

double MsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

struct Caller {
  std::vector<double> ms;
  int failed = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "usage: jail_served PROGRAM SECONDS CALLERS cold|pool [IDLE_MS [READY]]\n");
    return 2;
  }
  const double seconds = std::atof(argv[2]);
  const int callers = std::atoi(argv[3]);
  const bool pooled = std::strcmp(argv[4], "pool") == 0;
  const int idle_ms = argc > 5 ? std::atoi(argv[5]) : 0;
  auto site = jail::LoadSite();
  if (!site.ok()) return 1;
  std::shared_ptr<jail::pool::Pool> pool;
  if (pooled) {
    jail::pool::Options options;
    options.launcher_path = site->launcher_path;
    options.ready_per_shape = argc > 6 ? std::atoi(argv[6]) : 8;
    auto opened = jail::pool::Pool::Open(options);
    if (!opened.ok()) return 1;
    pool = *std::move(opened);
    site->parking = pool;
  }
  auto jail = jail::Jail::Open(*std::move(site));
  if (!jail.ok()) return 1;
  jail::v1::JobSpec job;
  job.add_command(argv[1]);
  (*jail)->Run(job);
  usleep(300'000);
  std::vector<Caller> results(static_cast<size_t>(callers));
  std::vector<std::thread> threads;
  const auto start = Clock::now();
  for (Caller& mine : results) {
    threads.emplace_back([&] {
      while (MsSince(start) < seconds * 1000) {
        if (idle_ms > 0) usleep(static_cast<useconds_t>(idle_ms) * 1000);
        const auto begun = Clock::now();
        const auto record = (*jail)->Run(job);
        mine.ms.push_back(MsSince(begun));
        if (record.verdict() != jail::v1::VERDICT_OK) ++mine.failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const double took = MsSince(start);
  std::vector<double> all;
  int failed = 0;
  for (const Caller& one : results) {
    all.insert(all.end(), one.ms.begin(), one.ms.end());
    failed += one.failed;
  }
  std::sort(all.begin(), all.end());
  const auto at = [&](double q) {
    return all[std::min(all.size() - 1, static_cast<size_t>(q * static_cast<double>(all.size())))];
  };
  std::printf(
      "%s callers=%d idle=%d: %.0f runs/s, median %.2f p25 %.2f min %.2f p95 %.2f p99 %.2f max %.2f ms, "
      "failed %d",
      argv[4], callers, idle_ms, static_cast<double>(all.size()) * 1000 / took, at(0.5), at(0.25), all[0],
      at(0.95), at(0.99), all.back(), failed);
  if (pool != nullptr) {
    const auto stats = pool->stats();
    std::printf(", from the pool %lld, missed %lld", static_cast<long long>(stats.handed_out),
                static_cast<long long>(stats.missed));
  }
  std::printf("\n");
  return 0;
}
