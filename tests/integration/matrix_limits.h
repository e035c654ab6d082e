// The limits of the matrix: for each a program that runs into it, and what must come of it on every kind of
// host and in every language. To add one: its program in programs/, a row in kMatrixLimits.
#ifndef JAIL_TESTS_INTEGRATION_MATRIX_LIMITS_H_
#define JAIL_TESTS_INTEGRATION_MATRIX_LIMITS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "jail/v1/result.pb.h"
#include "tests/integration/host_kinds.h"
#include "tests/integration/languages.h"
#include "tests/testlib/jailtest/jailrun.h"

namespace jailtest {

// Loaded two-core machines: how late a kill may be before it is a defect.
inline constexpr int64_t kLateUs = 400'000;
// LimitRow.limit: the language's floor, and as much more as its program may fill.
inline constexpr int64_t kOfTheLanguage = -1;
inline constexpr int64_t kBesideFloorBytes = int64_t{32} << 20;

// What the program meets, and so what the record's list of limits that were reached must say.
enum class Meets {
  kItsEnd,    // Ended for it.
  kRefusal,   // A call fails; the program copes.
  kSilence,   // The same, but nothing counts it: no such entry.
  kSlowness,  // No entry either.
};

struct LimitRow {
  const char* name;
  jail::v1::Resource resource;
  const char* theme;
  std::vector<std::string> options;
  int64_t limit;
  jail::v1::Verdict verdict;
  Meets meets;
  // "refused ERRNO after N", N within these.
  const char* refusal = nullptr;
  int least = 0, most = 0;
  const char* Enforcement::*by = nullptr;  // Null: the same on every host, `mechanism`.
  const char* mechanism = nullptr;
  void (*more)(const JailRun&, const Language&) = nullptr;
  void (*before)() = nullptr;
};

extern const std::vector<LimitRow> kMatrixLimits;

}  // namespace jailtest

#endif  // JAIL_TESTS_INTEGRATION_MATRIX_LIMITS_H_
