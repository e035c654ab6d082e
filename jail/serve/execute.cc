#include "jail/serve/execute.h"

#include <cmath>
#include <cstdint>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/base/utf8.h"
#include "jail/exam/message_json.h"

namespace jail::serve {
namespace {

constexpr char kCompilationError[] = "Compilation Error:\n";

void AddFile(std::string path, const std::string& content, v1::JobSpec* job) {
  v1::SourceFile* file = job->add_files();
  file->set_path(std::move(path));
  file->set_content(content);
}

bool NeedsWords(v1::Verdict verdict) {
  return verdict != v1::VERDICT_OK && verdict != v1::VERDICT_NONZERO_EXIT;
}

Json FilesJson(const v1::ResultRecord& record) {
  Json files = Json::array();
  for (const v1::Artifact& artifact : record.artifacts()) {
    files.push_back({{"path", artifact.path()},
                     {"bytes", absl::Base64Escape(artifact.content())},
                     {"size", artifact.total_bytes()},
                     {"truncated", artifact.truncated()}});
  }
  return files;
}

}  // namespace

absl::StatusOr<v1::ExecuteRequest> ParseExecute(absl::string_view json) {
  v1::ExecuteRequest request;
  JAIL_RETURN_IF_ERROR(exam::ReadMessageJson(json, "the body", &request));
  return request;
}

absl::StatusOr<v1::JobSpec> ToJob(const v1::ExecuteRequest& request) {
  if (request.language().empty()) return Bad("language", "is unset");
  if (request.code().empty() && request.files().empty()) return Bad("code", "is unset, and so are files");
  v1::JobSpec job;
  job.set_language(request.language());
  if (!request.code().empty()) AddFile("", request.code(), &job);
  for (const v1::ExamFile& file : request.files()) {
    AddFile(file.path(), file.has_bytes() ? file.bytes() : file.text(), &job);
  }
  job.set_entry_path(request.entry_path());
  job.set_stdin(request.input());
  *job.mutable_args() = request.args();
  *job.mutable_env() = request.env();
  *job.mutable_limits() = request.limits();
  *job.mutable_compile_limits() = request.compile_limits();
  *job.mutable_artifact_globs() = request.artifact_globs();
  job.set_variant(request.variant());
  job.set_standard(request.standard());
  job.set_rootfs(request.rootfs());
  job.set_policy(request.policy());
  job.set_output_overflow(request.output_overflow());
  return job;
}

absl::Status CheckJob(const v1::JobSpec& job) {
  if (job.enforcement() == v1::ENFORCEMENT_BEST_EFFORT)
    return Bad("enforcement", "what this machine cannot enforce is never left out here");
  return absl::OkStatus();
}

// Addresses have colons in them, which a job's tenant may not; what is only ours has brackets.
std::string JobTenant(const std::string& tenant) {
  return absl::StrReplaceAll(tenant, {{":", "_"}, {"(", ""}, {")", ""}});
}

void Complete(const v1::ServeConfig& config, const std::string& tenant, const std::string& id,
              v1::JobSpec* job) {
  v1::Limits limits = config.limits();
  limits.MergeFrom(job->limits());
  *job->mutable_limits() = std::move(limits);
  v1::Limits compile_limits = config.compile_limits();
  compile_limits.MergeFrom(job->compile_limits());
  *job->mutable_compile_limits() = std::move(compile_limits);
  job->set_tenant(JobTenant(tenant));
  if (job->job_id().empty()) job->set_job_id(id);
}

std::string TextOf(const v1::Output& output) {
  if (!output.truncated()) return output.content();
  const int64_t kept = static_cast<int64_t>(output.content().size() + output.tail().size());
  return absl::StrCat(WithoutCutAtEnd(output.content()), "\n... ", output.total_bytes() - kept,
                      " bytes left out ...\n", WithoutCutAtStart(output.tail()));
}

const v1::PhaseResult* LastPhase(const v1::ResultRecord& record) {
  return record.phases().empty() ? nullptr : &record.phases(record.phases_size() - 1);
}

double ExecutionMs(const v1::ResultRecord& record) {
  int64_t us = 0;
  for (const v1::PhaseResult& phase : record.phases()) {
    if (!phase.cached()) us += phase.usage().wall_time_us();
  }
  return static_cast<double>(us) / 1000;
}

Json ExecuteJson(const v1::ResultRecord& record, const Answered& answered) {
  const v1::PhaseResult* phase = LastPhase(record);
  std::string out, err;
  if (phase != nullptr) {
    out = TextOf(phase->stdout());
    err = TextOf(phase->stderr());
  }
  if (record.verdict() == v1::VERDICT_COMPILE_ERROR) {
    err = absl::StrCat(kCompilationError, std::exchange(out, ""), err);
  }
  Json json = {{"stdout", std::move(out)},
               {"stderr", std::move(err)},
               {"executionTime", ExecutionMs(record)},
               {"exitCode", answered.exit_code}};
  if (NeedsWords(record.verdict())) json["error"] = record.summary();
  if (answered.artifacts) json["files"] = FilesJson(record);
  if (!answered.record_json.empty()) json["record"] = Json::parse(answered.record_json, nullptr, false);
  return json;
}

}  // namespace jail::serve
