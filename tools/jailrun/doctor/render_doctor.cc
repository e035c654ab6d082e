#include <algorithm>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "jail/base/text.h"
#include "tools/jailrun/doctor/doctor.h"
#include "tools/jailrun/doctor/mechanisms.h"
#include "tools/jailrun/render.h"
#include "tools/jailrun/table.h"
#include "tools/jailrun/visible.h"

namespace jail::cli {
namespace {

constexpr size_t kEvidenceWidth = 90;

struct StateName {
  v1::Proof::State state;
  const char* name;
};
constexpr StateName kStateNames[] = {
    {v1::Proof::STATE_HELD, "held"},
    {v1::Proof::STATE_NOT_HELD, "NOT HELD"},
    {v1::Proof::STATE_UNAVAILABLE, "unavailable"},
    {v1::Proof::STATE_NOT_RUN, "not run"},
};

const char* StateLabel(v1::Proof::State state) {
  for (const StateName& row : kStateNames) {
    if (row.state == state) return row.name;
  }
  return "?";
}

std::string RenderFacts(const v1::DoctorReport& report) {
  Table table(2);
  for (const v1::HostFact& fact : report.facts())
    table.Row({fact.name(), fact.sufficient() ? "" : "LACKING", Visible(fact.value())});
  return absl::StrCat("\nHost\n", table.Text());
}

const char* StateLabel(const v1::Mechanism& mechanism) {
  if (mechanism.in_force()) return "in force";
  if (mechanism.required()) return "MISSING";
  return mechanism.cure().empty() || mechanism.protection() == v1::PROTECTION_LANDLOCK ? "not requested"
                                                                                       : "unavailable";
}

// Where table and record differ, both speak.
std::string MechanismText(const v1::Mechanism& mechanism) {
  const bool agree = mechanism.expected().empty()
                         ? !mechanism.in_force()
                         : absl::StartsWith(mechanism.reported(), mechanism.expected());
  std::string text = Visible(mechanism.reported());
  if (!mechanism.in_force() && !text.empty()) text += " (stand-in)";
  if (!agree)
    absl::StrAppend(&text, text.empty() ? "" : "; ",
                    "this host should have: ", mechanism.expected().empty() ? "none" : mechanism.expected());
  return text;
}

std::string RenderMechanisms(const v1::DoctorReport& report) {
  if (report.mechanisms().empty()) return "";
  Table table(2);
  for (const v1::Mechanism& mechanism : report.mechanisms()) {
    table.Row({SubjectLabel(mechanism.resource(), mechanism.protection()), StateLabel(mechanism),
               MechanismText(mechanism)});
  }
  return absl::StrCat("\nMechanisms, as a jailed /usr/bin/true met them\n", table.Text());
}

// Who was refused in many ways has a long list; --json has all of it.
std::string Cut(std::string text) {
  if (text.size() <= kEvidenceWidth) return text;
  const size_t at = text.rfind(';', kEvidenceWidth);
  return absl::StrCat(text.substr(0, at == std::string::npos ? kEvidenceWidth : at), " ...");
}

std::string RenderProofs(const v1::DoctorReport& report) {
  if (report.probe().verdict() != v1::VERDICT_OK) return "";  // None ran.
  Table table(2);
  for (const v1::Proof& proof : report.proofs())
    table.Row({proof.name(), StateLabel(proof.state()), Cut(Visible(proof.evidence()))});
  return absl::StrCat("\nProofs: each attack in a jail of its own, ",
                      FormatElapsed(absl::Milliseconds(report.duration_ms())), "\n", table.Text());
}

struct Cure {
  std::string text;
  std::vector<std::string> subjects;
};

// What has the same cure stands together.
void Add(const std::string& cure, const std::string& subject, std::vector<Cure>* cures) {
  if (cure.empty()) return;
  auto row = absl::c_find_if(*cures, [&cure](const Cure& known) { return known.text == cure; });
  if (row == cures->end()) row = cures->insert(cures->end(), Cure{cure, {}});
  if (!absl::c_linear_search(row->subjects, subject)) row->subjects.push_back(subject);
}

std::string RenderCures(const v1::DoctorReport& report) {
  std::vector<Cure> cures;
  const v1::Failure& failure = report.probe().failure();
  Add(failure.hint(), failure.step(), &cures);
  for (const v1::HostFact& fact : report.facts()) Add(fact.cure(), fact.name(), &cures);
  for (const v1::Mechanism& mechanism : report.mechanisms()) {
    if (mechanism.protection() == v1::PROTECTION_LANDLOCK && !mechanism.required()) continue;
    Add(mechanism.cure(), SubjectLabel(mechanism.resource(), mechanism.protection()), &cures);
  }
  for (const v1::Proof& proof : report.proofs()) {
    if (proof.state() != v1::Proof::STATE_NOT_RUN) Add(proof.cure(), proof.name(), &cures);
  }
  if (cures.empty()) return "";
  std::string text = "\nWhat to do\n";
  for (const Cure& cure : cures) {
    absl::StrAppend(&text, "  - ",
                    Wrap(Visible(absl::StrCat(absl::StrJoin(cure.subjects, ", "), ": ", cure.text)), 4),
                    "\n");
  }
  return text;
}

std::string RenderLanguages(const v1::RuntimeCatalog& catalog) {
  Table table(2);
  for (const v1::Runtime& runtime : catalog.runtimes()) {
    const std::vector<std::string> missing = MissingTools(runtime);
    table.Row({runtime.name(), missing.empty() ? "installed" : "not installed",
               missing.empty() ? "" : absl::StrCat("no ", absl::StrJoin(missing, ", "))});
  }
  return absl::StrCat("\nLanguages (jailrun langs --check tests them)\n", table.Text());
}

}  // namespace

std::string RenderDoctor(const v1::DoctorReport& report, const v1::RuntimeCatalog& catalog) {
  std::string text = absl::StrCat(Visible(report.summary()), "\n");
  if (report.probe().has_failure()) absl::StrAppend(&text, "\n", RenderFailure(report.probe()));
  return absl::StrCat(text, RenderFacts(report), RenderMechanisms(report), RenderProofs(report),
                      RenderLanguages(catalog), RenderCures(report));
}

}  // namespace jail::cli
