#include "jail/exam/spec.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/base/units.h"
#include "jail/call/json.h"
#include "jail/exam/compare/compare.h"

namespace jail::exam {
namespace {

constexpr int kMostJobs = 256;
constexpr int kMostReruns = 10;
constexpr size_t kMostIdBytes = 64;
constexpr int64_t kDefaultMemoryBytes = 512 * kMiB;
constexpr int64_t kDefaultWallMs = 300'000;
constexpr int32_t kDefaultMillicores = 500;
constexpr int64_t kMostMillicores = 1'000'000;

bool IsId(absl::string_view id) {
  const auto fits = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
  };
  return !id.empty() && id.size() <= kMostIdBytes && std::all_of(id.begin(), id.end(), fits);
}

absl::Status CheckProgram(absl::string_view field, const v1::ExamProgram& program) {
  if (program.language().empty()) return Bad(absl::StrCat(field, ".language"), "is unset");
  if (program.code().empty() == program.files().empty())
    return Bad(field, "wants its source: either code or files");
  return absl::OkStatus();
}

absl::Status CheckChecker(absl::string_view field, const v1::Checker& checker) {
  const absl::Status problem = CheckerProblem(checker);
  if (!problem.ok())
    return absl::InvalidArgumentError(absl::StrCat(field, absl::StripPrefix(problem.message(), "checker")));
  if (checker.kind() != v1::Checker::PROGRAM) return absl::OkStatus();
  return CheckProgram(absl::StrCat(field, ".program"), checker.program());
}

// What a call case must have, and what has no meaning beside it.
absl::Status CheckCall(const v1::ExamSpec& spec, const v1::ExamCase& one) {
  if (one.has_expected_json() && !one.has_args_json())
    return Bad("args_json", "is unset; [] are no arguments");
  if (!one.has_args_json())
    return one.entry().empty() ? absl::OkStatus() : Bad("entry", "is for cases with args_json");
  if (one.entry().empty() && spec.entry().empty())
    return Bad("entry", "is unset: which function is called with args_json?");
  const std::pair<const char*, bool> others[] = {
      {"stdin", !one.stdin().empty()},
      {"args", !one.args().empty()},
      {"code", !one.code().empty()},
      {"files", !one.files().empty()},
      {"expected_stdout", one.has_expected_stdout()},
      {"interactor", one.has_interactor()},
  };
  for (const auto& [field, is_set] : others) {
    if (is_set) return Bad(field, "cannot stand beside args_json: the case is a call");
  }
  if (spec.files_size() > 1)
    return Bad("args_json", absl::StrCat("a call is of one file; the submission has ", spec.files_size()));
  const absl::StatusOr<std::string> args = call::Compact(one.args_json());
  if (!args.ok()) return Bad("args_json", args.status().message());
  if (args->front() != '[') return Bad("args_json", "is no JSON array");
  if (!one.has_expected_json()) return absl::OkStatus();
  const absl::StatusOr<std::string> expected = call::Compact(one.expected_json());
  return expected.ok() ? absl::OkStatus() : Bad("expected_json", expected.status().message());
}

absl::Status CheckComparison(const v1::ExamSpec& spec, const v1::ExamCase& one) {
  if (one.has_checker()) JAIL_RETURN_IF_ERROR(CheckChecker("checker", one.checker()));
  const v1::Checker::Kind kind = CheckerOf(spec, one).kind();
  if (kind == v1::Checker::REGEX && one.has_expected_stdout()) {
    const absl::Status pattern = PatternProblem(one.expected_stdout());
    if (!pattern.ok()) return Bad("expected_stdout", pattern.message());
  }
  if (IsCall(one) && (kind == v1::Checker::REGEX || kind == v1::Checker::PROGRAM))
    return Bad("checker", "compares output; a call's result is compared as JSON");
  if (!one.has_interactor()) return absl::OkStatus();
  if (one.has_checker()) return Bad("checker", "cannot stand beside interactor, which judges itself");
  return CheckProgram("interactor", one.interactor());
}

absl::Status CheckCase(const v1::ExamSpec& spec, const v1::ExamCase& one) {
  if (!one.id().empty() && !IsId(one.id()))
    return Bad("id", absl::StrCat(Quoted(one.id()), " is not 1 to 64 characters of [A-Za-z0-9._-]"));
  if (!std::isfinite(one.expected_duration_ms())) return Bad("expected_duration_ms", "is no number");
  if (spec.code().empty() && spec.files().empty() && one.code().empty())
    return Bad("code", "is unset, and the exam has no submission");
  JAIL_RETURN_IF_ERROR(CheckCall(spec, one));
  return CheckComparison(spec, one);
}

absl::Status CheckExam(const v1::ExamSpec& spec) {
  if (!spec.exam_id().empty() && !IsId(spec.exam_id()))
    return Bad("exam_id", "is not 1 to 64 characters of [A-Za-z0-9._-]");
  if (spec.language().empty()) return Bad("language", "is unset");
  if (!spec.code().empty() && !spec.files().empty()) return Bad("files", "cannot stand beside code");
  if (!spec.entry_path().empty() && spec.files().empty()) return Bad("entry_path", "names one of files");
  if (spec.cases().empty()) return Bad("cases", "is empty");
  if (spec.cases_size() > kMostCases)
    return Bad("cases", absl::StrCat(spec.cases_size(), " are more than ", kMostCases));
  if (spec.has_jobs() && (spec.jobs() < 1 || spec.jobs() > kMostJobs))
    return Bad("jobs", absl::StrCat(spec.jobs(), " is not 1 to ", kMostJobs));
  if (spec.has_reruns() && (spec.reruns() < 0 || spec.reruns() > kMostReruns))
    return Bad("reruns", absl::StrCat(spec.reruns(), " is not 0 to ", kMostReruns));
  return spec.has_checker() ? CheckChecker("checker", spec.checker()) : absl::OkStatus();
}

int64_t AtMost(int64_t value, bool has_ceiling, int64_t ceiling) {
  return has_ceiling ? std::min(value, ceiling) : value;
}

const std::string& ContentOf(const v1::ExamFile& file) {
  return file.has_text() ? file.text() : file.bytes();
}

void AddFile(const std::string& path, const std::string& content, v1::JobSpec* job) {
  v1::SourceFile* source = job->add_files();
  source->set_path(path);
  source->set_content(content);
}

bool HasPath(const v1::ExamSpec& spec, absl::string_view path) {
  return std::any_of(spec.files().begin(), spec.files().end(),
                     [path](const v1::ExamFile& file) { return file.path() == path; });
}

}  // namespace

absl::Status CheckSpec(const v1::ExamSpec& spec) {
  JAIL_RETURN_IF_ERROR(CheckExam(spec));
  std::set<std::string> ids;
  for (int i = 0; i < spec.cases_size(); ++i) {
    const absl::Status status = CheckCase(spec, spec.cases(i));
    if (!status.ok()) return absl::InvalidArgumentError(absl::StrCat(CaseField(i), ".", status.message()));
    if (!ids.insert(CaseId(spec.cases(i), i)).second)
      return Bad(absl::StrCat(CaseField(i), ".id"), Quoted(CaseId(spec.cases(i), i)) + " stands twice");
  }
  return absl::OkStatus();
}

v1::Limits DefaultLimits(const v1::Site& site) {
  v1::Limits limits;
  const int64_t wall_ms = site.has_exam_wall_time_ms() ? site.exam_wall_time_ms() : kDefaultWallMs;
  const int64_t memory = site.has_exam_memory_bytes() ? site.exam_memory_bytes() : kDefaultMemoryBytes;
  limits.set_wall_time_ms(AtMost(wall_ms, site.has_max_wall_time_ms(), site.max_wall_time_ms()));
  limits.set_memory_bytes(AtMost(memory, site.has_max_memory_bytes(), site.max_memory_bytes()));
  limits.set_cpu_millicores(site.has_exam_cpu_millicores() ? static_cast<int32_t>(std::min<int64_t>(
                                                                 site.exam_cpu_millicores(), kMostMillicores))
                                                           : kDefaultMillicores);
  return limits;
}

JobMaker::JobMaker(const v1::ExamSpec& spec, const v1::Runtime& runtime, const v1::Site& site)
    : spec_(spec),
      runtime_(runtime),
      defaults_([&] {
        v1::Limits limits = DefaultLimits(site);
        limits.MergeFrom(spec.limits());
        // The clock is what ends a case, unless somebody asks for more.
        if (!limits.has_cpu_time_ms())
          limits.set_cpu_time_ms(
              AtMost(limits.wall_time_ms(), site.has_max_cpu_time_ms(), site.max_cpu_time_ms()));
        return limits;
      }()),
      programs_([&] {
        v1::Limits limits = DefaultLimits(site);
        limits.clear_cpu_millicores();
        return limits;
      }()) {}

v1::JobSpec JobMaker::ToCompile() const {
  v1::JobSpec job;
  job.set_compile_only(true);
  SetLanguage(&job);
  AddSubmission(&job);
  SetRoot(&job);
  job.set_entry_path(spec_.entry_path());
  return job;
}

v1::JobSpec JobMaker::ForCase(const v1::ExamCase& one, const v1::CompiledProgram* compiled) const {
  v1::JobSpec job;
  if (compiled != nullptr) {
    *job.mutable_compiled() = *compiled;
  } else {
    SetLanguage(&job);
    if (one.code().empty()) job.set_entry_path(spec_.entry_path());
  }
  AddSources(one, &job);
  for (const v1::ExamFile& file : one.files()) AddFile(file.path(), ContentOf(file), &job);
  job.mutable_args()->CopyFrom(one.args());
  job.set_stdin(one.stdin());
  *job.mutable_limits() = LimitsOf(one);
  job.set_policy(spec_.policy());
  SetRoot(&job);
  return job;
}

v1::CallSpec JobMaker::ForCall(const v1::ExamCase& one) const {
  v1::CallSpec call;
  call.set_language(spec_.language());
  call.set_code(spec_.code().empty() ? ContentOf(spec_.files(0)) : spec_.code());
  call.set_code_bytes(kMiB);
  call.set_entry(EntryFunctionOf(one));
  call.set_input_json(one.args_json());
  call.set_spread_input(true);
  call.add_allowed_modules(std::string(1, '*'));  // A student's program, not a snippet.
  *call.mutable_limits() = LimitsOf(one);
  call.set_policy(spec_.policy());
  call.set_rootfs(spec_.rootfs());
  call.set_enforcement(spec_.enforcement());
  return call;
}

v1::JobSpec JobMaker::ForProgram(const v1::ExamProgram& program, const v1::Runtime& runtime) const {
  v1::JobSpec job;
  job.set_language(program.language());
  job.set_variant(program.variant());
  job.set_standard(program.standard());
  if (!program.code().empty()) AddFile(runtime.default_path(), program.code(), &job);
  for (const v1::ExamFile& file : program.files()) AddFile(file.path(), ContentOf(file), &job);
  *job.mutable_limits() = programs_;
  job.mutable_limits()->MergeFrom(program.limits());
  SetRoot(&job);
  return job;
}

v1::Limits JobMaker::LimitsOf(const v1::ExamCase& one) const {
  v1::Limits limits = defaults_;
  limits.MergeFrom(one.limits());
  return limits;
}

std::string JobMaker::EntryFunctionOf(const v1::ExamCase& one) const {
  return one.entry().empty() ? spec_.entry() : one.entry();
}

// A case's own program first: the first file is what is run.
void JobMaker::AddSources(const v1::ExamCase& one, v1::JobSpec* job) const {
  if (!one.code().empty()) {
    const std::string& usual = runtime_.default_path();
    const bool taken = !spec_.code().empty() || HasPath(spec_, usual);
    AddFile(taken ? absl::StrCat("case", usual.substr(usual.find('.'))) : usual, one.code(), job);
  }
  AddSubmission(job);
}

void JobMaker::AddSubmission(v1::JobSpec* job) const {
  if (!spec_.code().empty()) AddFile(runtime_.default_path(), spec_.code(), job);
  for (const v1::ExamFile& file : spec_.files()) AddFile(file.path(), ContentOf(file), job);
}

void JobMaker::SetLanguage(v1::JobSpec* job) const {
  job->set_language(spec_.language());
  job->set_variant(spec_.variant());
  job->set_standard(spec_.standard());
}

void JobMaker::SetRoot(v1::JobSpec* job) const {
  *job->mutable_compile_limits() = spec_.compile_limits();
  job->set_rootfs(spec_.rootfs());
  job->set_enforcement(spec_.enforcement());
  job->set_tenant(spec_.tenant());
}

const v1::Checker& CheckerOf(const v1::ExamSpec& spec, const v1::ExamCase& one) {
  return one.has_checker() ? one.checker() : spec.checker();
}

std::string CaseField(int index) { return absl::StrCat("cases[", index, "]"); }

std::string CaseId(const v1::ExamCase& one, int index) {
  return one.id().empty() ? absl::StrCat(index + 1) : one.id();
}

bool IsCall(const v1::ExamCase& one) { return one.has_args_json(); }

}  // namespace jail::exam
