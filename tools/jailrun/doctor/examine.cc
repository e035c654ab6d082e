#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "jail/base/clock.h"
#include "jail/base/units.h"
#include "tools/jailrun/doctor/advice.h"
#include "tools/jailrun/doctor/bait.h"
#include "tools/jailrun/doctor/doctor.h"
#include "tools/jailrun/doctor/mechanisms.h"
#include "tools/jailrun/doctor/proofs.h"
#include "tools/jailrun/render.h"

namespace jail::cli {
namespace {

const v1::Mechanism* Find(const v1::DoctorReport& report, v1::Resource resource, v1::Protection protection) {
  for (const v1::Mechanism& mechanism : report.mechanisms()) {
    if (mechanism.resource() == resource && mechanism.protection() == protection) return &mechanism;
  }
  return nullptr;
}

// An attack is required to fail when what must hold it is. The rate of the CPU is asked of no probe: it
// stands and falls with its control group.
bool IsRequired(const v1::DoctorReport& report, const ProofRow& row) {
  const bool is_rate = row.resource == v1::RESOURCE_CPU_MILLICORES;
  const v1::Mechanism* mechanism = is_rate ? Find(report, v1::RESOURCE_UNSPECIFIED, v1::PROTECTION_CPU_CGROUP)
                                           : Find(report, row.resource, row.protection);
  return mechanism == nullptr || mechanism->required();
}

void Conclude(const Host& host, const ProofRow& row, bool required, v1::Proof* proof) {
  proof->set_required(required);
  if (proof->held() || !proof->cure().empty()) return;
  if (proof->state() == v1::Proof::STATE_NOT_HELD && !required)
    proof->set_state(v1::Proof::STATE_UNAVAILABLE);
  const char* cure = row.resource != v1::RESOURCE_UNSPECIFIED ? AdviceFor(host, row.resource)
                                                              : AdviceFor(host, row.protection);
  proof->set_cure(cure == nullptr ? "please report this: jailrun doctor --json" : cure);
}

v1::Proof NotRun(const ProofRow& row, const v1::ResultRecord& probe) {
  v1::Proof proof;
  proof.set_name(row.name);
  proof.set_attack(row.tries);
  proof.set_resource(row.resource);
  proof.set_protection(row.protection);
  proof.set_state(v1::Proof::STATE_NOT_RUN);
  proof.set_evidence("no jail can be made");
  proof.set_cure(probe.failure().hint());
  proof.set_verdict(probe.verdict());
  return proof;
}

void ProveAll(const Host& host, RunJob run, v1::DoctorReport* report) {
  Bait bait;
  for (const ProofRow& row : ProofRows()) {
    if (row.can_show != nullptr && !row.can_show(host)) continue;
    const bool usable = report->probe().verdict() == v1::VERDICT_OK;
    v1::Proof proof = usable ? Prove(row, run, &bait) : NotRun(row, report->probe());
    Conclude(host, row, IsRequired(*report, row), &proof);
    *report->add_proofs() = std::move(proof);
  }
}

bool IsMissing(const v1::Mechanism& mechanism) { return mechanism.required() && !mechanism.in_force(); }
bool IsBroken(const v1::Proof& proof) { return proof.required() && !proof.held(); }
bool IsAbsent(const v1::Proof& proof) { return !proof.required() && !proof.held(); }

std::string Summarize(const v1::DoctorReport& report) {
  if (report.probe().verdict() != v1::VERDICT_OK) return "No jail can be made on this host.";
  const auto& proofs = report.proofs();
  const auto& mechanisms = report.mechanisms();
  const auto missing = std::count_if(mechanisms.begin(), mechanisms.end(), IsMissing);
  const auto broken = std::count_if(proofs.begin(), proofs.end(), IsBroken);
  const auto absent = std::count_if(proofs.begin(), proofs.end(), IsAbsent);
  if (missing == 0 && broken == 0 && absent == 0)
    return absl::StrCat("This host is ready: ", proofs.size(), " attacks in jails of their own, all held.");
  if (missing == 0 && broken == 0) {
    return absl::StrCat("This host is ready with best effort: ", proofs.size() - absent, " attacks held; ",
                        absent, " can not be held here.");
  }
  return absl::StrCat("This host is NOT ready: ", missing, " protections missing, ", broken, " of ",
                      proofs.size(), " attacks not held.");
}

}  // namespace

v1::DoctorReport Examine(const Host& host, const v1::ResultRecord& probe, bool best_effort, RunJob run) {
  const int64_t start_ns = MonotonicNs();
  v1::DoctorReport report;
  report.set_jail_version(JAIL_VERSION);
  *report.mutable_probe() = probe;
  for (v1::HostFact& fact : DescribeHost(host)) *report.add_facts() = std::move(fact);
  for (v1::Mechanism& mechanism : DescribeMechanisms(host, probe, best_effort)) {
    *report.add_mechanisms() = std::move(mechanism);
  }
  ProveAll(host, run, &report);
  report.set_ready(probe.verdict() == v1::VERDICT_OK &&
                   std::none_of(report.mechanisms().begin(), report.mechanisms().end(), IsMissing) &&
                   std::none_of(report.proofs().begin(), report.proofs().end(), IsBroken));
  report.set_summary(Summarize(report));
  report.set_duration_ms((MonotonicNs() - start_ns) / kNsPerMs);
  return report;
}

}  // namespace jail::cli
