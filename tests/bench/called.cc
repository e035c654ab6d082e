// Function runs of one process, as a service makes them: one for each line of standard input, and a line for
// it, "MS cold|parked JSON". MS is what call::Run took.
//   jail_called cold|pool LANGUAGE CODE INPUT_JSON
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "jail/call/call.h"
#include "jail/jail.h"
#include "jail/pool/pool.h"

namespace {

using Clock = std::chrono::steady_clock;

// Of a shape that was asked for before; a run in between would only tell of the one after it.
void AwaitReady(const jail::pool::Pool& pool) {
  constexpr int kMostMs = 2000;
  for (int ms = 0; ms < kMostMs && pool.stats().shapes > 0 && pool.stats().ready == 0; ++ms) usleep(1000);
}

const char* StartOf(const jail::v1::ResultRecord& record) {
  const int last = record.phases_size() - 1;
  const bool cold = last < 0 || record.phases(last).start() == jail::v1::PhaseResult::START_COLD;
  return cold ? "cold" : "parked";
}

// False: it did not come to a result.
bool CallOnce(const jail::Jail& jail, const jail::v1::CallSpec& spec) {
  const Clock::time_point begun = Clock::now();
  const jail::v1::CallResult result = jail::call::Run(jail, spec, nullptr);
  const double ms = std::chrono::duration<double, std::milli>(Clock::now() - begun).count();
  std::printf("%.3f %s %s\n", ms, StartOf(result.record()), result.result_json().c_str());
  if (!result.success()) std::fprintf(stderr, "jail_called: %s\n", result.error().message().c_str());
  return std::fflush(stdout) == 0 && result.success();
}

absl::Status Serve(bool pooled, const jail::v1::CallSpec& spec) {
  absl::StatusOr<jail::Site> site = jail::LoadSite();
  if (!site.ok()) return site.status();
  std::shared_ptr<jail::pool::Pool> pool;
  if (pooled) {
    jail::pool::Options options;
    options.launcher_path = site->launcher_path;
    absl::StatusOr<std::unique_ptr<jail::pool::Pool>> opened = jail::pool::Pool::Open(options);
    if (!opened.ok()) return opened.status();
    pool = *std::move(opened);
    site->parking = pool;
  }
  const absl::StatusOr<std::unique_ptr<jail::Jail>> jail = jail::Jail::Open(*std::move(site));
  if (!jail.ok()) return jail.status();
  for (std::string line; std::getline(std::cin, line);) {
    if (pool != nullptr) AwaitReady(*pool);
    if (!CallOnce(**jail, spec)) return absl::UnknownError("a run without a result");
  }
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string way = argc == 5 ? argv[1] : "";
  if (way != "cold" && way != "pool") {
    std::fprintf(stderr, "usage: jail_called cold|pool LANGUAGE CODE INPUT_JSON\n");
    return 2;
  }
  jail::v1::CallSpec spec;
  spec.set_language(argv[2]);
  spec.set_code(argv[3]);
  spec.set_input_json(argv[4]);
  const absl::Status status = Serve(way == "pool", spec);
  if (!status.ok()) std::fprintf(stderr, "jail_called: %s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
