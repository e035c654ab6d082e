#include "tools/jailrun/probes.h"

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "jail/base/text.h"
#include "tools/jailrun/render.h"
#include "tools/jailrun/visible.h"

namespace jail::cli {
namespace {

v1::Verdict ExpectedVerdict(const v1::Runtime::Probe& probe) {
  v1::Verdict verdict = v1::VERDICT_UNSPECIFIED;
  if (v1::Verdict_Parse(probe.expected_verdict(), &verdict)) return verdict;
  return probe.expected_exit_code() == 0 ? v1::VERDICT_OK : v1::VERDICT_NONZERO_EXIT;
}

void SetFloors(const v1::Runtime& runtime, v1::JobSpec& job) {
  job.mutable_limits()->set_memory_bytes(runtime.floor_memory_bytes());
  job.mutable_limits()->set_processes(runtime.floor_processes());
  if (!runtime.has_compile()) return;
  job.mutable_compile_limits()->set_memory_bytes(runtime.compile_floor_memory_bytes());
  job.mutable_compile_limits()->set_processes(runtime.compile_floor_processes());
}

std::string OutputDifference(const v1::Runtime::Probe& probe, const v1::Output& output) {
  if (!probe.expected_stdout_sha256().empty()) {
    const std::string digest = absl::BytesToHexString(output.sha256());
    if (digest == probe.expected_stdout_sha256()) return "";
    return absl::StrCat("expected output with the SHA-256 ", probe.expected_stdout_sha256(), " but got ",
                        digest, " of ", output.total_bytes(), " bytes");
  }
  if (output.content() == probe.expected_stdout()) return "";
  return absl::StrCat("expected output ", Quoted(probe.expected_stdout()), " but got ",
                      Quoted(output.content()));
}

}  // namespace

v1::JobSpec ProbeJob(const v1::Runtime& runtime, const v1::Runtime::Probe& probe) {
  v1::JobSpec job;
  job.set_language(runtime.name());
  v1::SourceFile* file = job.add_files();
  file->set_path(probe.path().empty() ? runtime.default_path() : probe.path());
  file->set_content(probe.source());
  job.mutable_files()->MergeFrom(probe.files());
  job.set_variant(probe.variant());
  job.set_standard(probe.standard());
  *job.mutable_args() = probe.args();
  job.set_stdin(probe.stdin());
  if (probe.at_floor()) SetFloors(runtime, job);
  return job;
}

std::string ProbeDifference(const v1::Runtime::Probe& probe, const v1::ResultRecord& record) {
  const v1::Verdict expected = ExpectedVerdict(probe);
  if (record.verdict() != expected) {
    return absl::StrCat("expected ", VerdictLabel(expected), " but got ", VerdictLabel(record.verdict()),
                        ": ", Visible(record.summary()));
  }
  const v1::PhaseResult* phase = LastPhase(record);
  if (phase == nullptr) return "the record has no phase";
  // The program's own, whatever jailrun would make of it for a limit; a signal is 128 and its number.
  const int status = phase->has_term_signal() ? 128 + phase->term_signal() : phase->exit_code();
  const bool ended_by_itself = expected == v1::VERDICT_OK || expected == v1::VERDICT_NONZERO_EXIT;
  const bool compares_status = ended_by_itself || probe.expected_exit_code() != 0;
  if (compares_status && status != probe.expected_exit_code()) {
    return absl::StrCat("expected exit status ", probe.expected_exit_code(), " but got ", status);
  }
  if (!absl::StrContains(phase->stderr().content(), probe.expected_stderr_part())) {
    return absl::StrCat("expected ", Quoted(probe.expected_stderr_part()), " on standard error but got ",
                        Quoted(phase->stderr().content()));
  }
  if (!absl::StrContains(record.summary(), probe.expected_summary())) {
    return absl::StrCat("expected a summary with ", Quoted(probe.expected_summary()), " but got ",
                        Quoted(record.summary()));
  }
  const bool compares_output = ended_by_itself || !probe.expected_stdout().empty();
  return compares_output ? OutputDifference(probe, phase->stdout()) : "";
}

const v1::PhaseResult* LastPhase(const v1::ResultRecord& record) {
  return record.phases().empty() ? nullptr : &record.phases(record.phases_size() - 1);
}

}  // namespace jail::cli
