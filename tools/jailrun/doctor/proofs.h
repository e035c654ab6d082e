// The attacks that doctor makes, one row each: what is tried, what must hold it, the job it runs in and
// who judges. To add one: the attack in attack/, a row in proofs.cc, and an outcome in which it
// succeeds in tests/unit/cli/doctor_test.cc.
#ifndef TOOLS_JAILRUN_DOCTOR_PROOFS_H_
#define TOOLS_JAILRUN_DOCTOR_PROOFS_H_

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "jail/v1/doctor.pb.h"
#include "jail/v1/job.pb.h"
#include "jail/v1/result.pb.h"
#include "tools/jailrun/doctor/bait.h"
#include "tools/jailrun/doctor/facts.h"
#include "tools/jailrun/doctor/judge.h"
#include "tools/jailrun/langs.h"

namespace jail::cli {

struct ProofRow {
  const char* name;
  const char* tries;  // "fork until it is refused", for a person.
  // What must hold it: one of the two.
  v1::Resource resource;
  v1::Protection protection;
  const char* attack;             // Its name in the attack program.
  void (*ask)(v1::JobSpec* job);  // Limits and the like; null for a job with the defaults.
  Judge judge;
  bool (*can_show)(const Host& host) = nullptr;  // Where it shows anything; null: everywhere.
};

absl::Span<const ProofRow> ProofRows();

// The job that a row's attack runs as: best effort, so that a host's every gap shows and not only the first.
v1::JobSpec AttackJob(const ProofRow& row, const Bait& bait);

// Makes the attack by `run`. `required`, `cure` and what they decide are the caller's.
v1::Proof Prove(const ProofRow& row, RunJob run, Bait* bait);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_DOCTOR_PROOFS_H_
