// Waiting for what happens elsewhere, in the tests of jails that are parked.
#ifndef JAIL_TESTS_INTEGRATION_AWAIT_H_
#define JAIL_TESTS_INTEGRATION_AWAIT_H_

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace jailtest {

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

}  // namespace jailtest

#endif  // JAIL_TESTS_INTEGRATION_AWAIT_H_
