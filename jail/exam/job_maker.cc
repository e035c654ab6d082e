#include "jail/exam/job_maker.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "jail/base/text.h"
#include "jail/base/units.h"
#include "jail/exam/spec.h"

namespace jail::exam {
namespace {

constexpr int64_t kDefaultMemoryBytes = 512 * kMiB;
constexpr int64_t kDefaultWallMs = 300'000;
constexpr int32_t kDefaultMillicores = 500;
constexpr int64_t kMostMillicores = 1'000'000;

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

// ".py"; empty when the name has none.
absl::string_view ExtensionOf(absl::string_view path) {
  const absl::string_view name = BaseName(path);
  return name.substr(std::min(name.find('.'), name.size()));
}

bool HasPath(const v1::ExamSpec& spec, absl::string_view path) {
  return std::any_of(spec.files().begin(), spec.files().end(),
                     [path](const v1::ExamFile& file) { return file.path() == path; });
}

}  // namespace

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
    AddFile(taken ? absl::StrCat("case", ExtensionOf(usual)) : usual, one.code(), job);
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

}  // namespace jail::exam
