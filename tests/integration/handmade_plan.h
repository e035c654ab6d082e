// A sealed plan made byte by byte, so that a test can spoil any one of them; and what the helper
// says about it. Only for tests of the helper itself: everything else uses jail/plan/seal.
#ifndef JAIL_TESTS_INTEGRATION_HANDMADE_PLAN_H_
#define JAIL_TESTS_INTEGRATION_HANDMADE_PLAN_H_

#include <functional>
#include <optional>
#include <string>

#include "jail/base/fd.h"
#include "jail/plan/layout.h"
#include "jail/plan/raw_report.h"
#include "tests/testlib/jailtest/process.h"

namespace jailtest {

inline constexpr int kAllSeals = -1;

// A correct plan for /usr/bin/true, with `spoil` applied to its header and bytes.
std::string PlanBytes(const std::function<void(jail::plan::Header*, std::string*)>& spoil = nullptr);

// A memfd of those bytes, with these F_SEAL_* (kAllSeals: what the helper demands).
jail::Fd PlanMemfd(const std::string& bytes, int seals = kAllSeals);

// Takes the report from the helper's control socket, should there be one.
std::optional<jail::plan::RawReport> ReceiveReport(int socket);

struct HelperRun {
  Outcome outcome;
  std::optional<jail::plan::RawReport> report;  // When it got as far as sending one.
};

// Starts jail-launch as the watcher does: pipes, the plan at 3, a socket at 4. `change` may spoil the
// command before it starts. The socket's other end stays open until the helper has ended.
HelperRun RunHelper(const jail::Fd& plan, const std::function<void(Command*)>& change = nullptr);

}  // namespace jailtest

#endif  // JAIL_TESTS_INTEGRATION_HANDMADE_PLAN_H_
