// SandboxFusion's POST /run_code.
#include <cmath>
#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/base/units.h"
#include "jail/serve/answers.h"
#include "jail/serve/dialects/dialect.h"
#include "jail/serve/error.h"
#include "jail/serve/execute.h"

namespace jail::serve {
namespace {

struct NameRow {
  absl::string_view theirs, ours;
};
constexpr NameRow kFusionLanguages[] = {{"nodejs", "javascript"},
                                        {"sql", "sqlite"},
                                        {"go_test", ""},
                                        {"pytest", ""},
                                        {"junit", ""},
                                        {"jest", ""},
                                        {"cuda", ""},
                                        {"verilog", ""}};

absl::StatusOr<std::string> LanguageOf(const Json& body) {
  if (!body.contains("language") || !body["language"].is_string()) return Bad("language", "is no text");
  const std::string language = body["language"];
  for (const NameRow& row : kFusionLanguages) {
    if (row.theirs != language) continue;
    if (row.ours.empty()) return Bad("language", absl::StrCat(Quoted(language), " is not there"));
    return std::string(row.ours);
  }
  return language;
}

// Seconds, with a fraction; unset: ten.
absl::StatusOr<int64_t> MsIn(const Json& body, const char* field) {
  constexpr double kUsual = 10, kMost = 86'400, kMsPerSecond = 1000;
  const Json value = body.value(field, Json(kUsual));
  if (!value.is_number() || value <= 0 || value > kMost) return Bad(field, "is no number of seconds");
  return std::llround(static_cast<double>(value) * kMsPerSecond);
}

absl::Status AddFusionFiles(const Json& body, v1::JobSpec* job) {
  const Json files = body.value("files", Json::object()), wanted = body.value("fetch_files", Json::array());
  if (!files.is_object()) return Bad("files", "is no object");
  for (const auto& [path, content] : files.items()) {
    std::string bytes;
    if (content.is_null()) continue;
    if (!content.is_string() || !absl::Base64Unescape(std::string(content), &bytes))
      return Bad(absl::StrCat("files[", Quoted(path), "]"), "is no base64");
    AddSource(path, bytes, job);
  }
  if (!wanted.is_array()) return Bad("fetch_files", "is no list");
  for (const Json& path : wanted) {
    if (!path.is_string()) return Bad("fetch_files", "is no list of paths");
    job->add_artifact_globs(path);
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::JobSpec> FusionJob(const Json& body) {
  v1::JobSpec job;
  JAIL_ASSIGN_OR_RETURN(*job.mutable_language(), LanguageOf(body));
  if (!body.contains("code") || !body["code"].is_string()) return Bad("code", "is no text");
  AddSource("", body["code"], &job);
  JAIL_ASSIGN_OR_RETURN(const int64_t run_ms, MsIn(body, "run_timeout"));
  JAIL_ASSIGN_OR_RETURN(const int64_t compile_ms, MsIn(body, "compile_timeout"));
  job.mutable_limits()->set_wall_time_ms(run_ms);
  job.mutable_compile_limits()->set_wall_time_ms(compile_ms);
  const Json memory = body.value("memory_limit_MB", Json(-1));
  if (!memory.is_number_integer()) return Bad("memory_limit_MB", "is no whole number");
  const int64_t mebibytes = memory;
  if (mebibytes > (int64_t{1} << 20)) return Bad("memory_limit_MB", "is too large");
  if (mebibytes > 0) job.mutable_limits()->set_memory_bytes(mebibytes * kMiB);
  const Json in = body.value("stdin", Json());
  if (!in.is_null() && !in.is_string()) return Bad("stdin", "is no text");
  if (in.is_string()) job.set_stdin(std::string(in));
  JAIL_RETURN_IF_ERROR(AddFusionFiles(body, &job));
  return job;
}

bool IsTimeLimit(v1::Verdict verdict) {
  return verdict == v1::VERDICT_CPU_TIME_LIMIT || verdict == v1::VERDICT_WALL_TIME_LIMIT ||
         verdict == v1::VERDICT_IDLE_TIME_LIMIT;
}

Json FusionPhase(const v1::PhaseResult& phase) {
  constexpr double kUsPerSecond = 1e6;
  const bool late = IsTimeLimit(phase.verdict());
  const Json code = phase.has_exit_code() ? Json(phase.exit_code()) : Json(-phase.term_signal());
  return {{"status", late ? "TimeLimitExceeded" : "Finished"},
          {"execution_time", static_cast<double>(phase.usage().wall_time_us()) / kUsPerSecond},
          {"return_code", late ? Json() : code},
          {"stdout", TextOf(phase.stdout())},
          {"stderr", TextOf(phase.stderr())}};
}

Response FusionAnswer(const v1::ResultRecord& record) {
  const bool ours = record.verdict() == v1::VERDICT_JAIL_ERROR || record.verdict() == v1::VERDICT_REJECTED ||
                    record.verdict() == v1::VERDICT_CANCELLED;
  const bool good = record.verdict() == v1::VERDICT_OK;
  Json json = {{"status", ours   ? "SandboxError"
                          : good ? "Success"
                                 : "Failed"},
               {"message", good ? "" : record.summary()},
               {"compile_result", nullptr},
               {"run_result", nullptr},
               {"executor_pod_name", nullptr},
               {"files", Json::object()}};
  for (const v1::PhaseResult& phase : record.phases())
    json[phase.kind() == v1::PhaseResult::KIND_COMPILE ? "compile_result" : "run_result"] =
        FusionPhase(phase);
  for (const v1::Artifact& artifact : record.artifacts())
    json["files"][artifact.path()] = absl::Base64Escape(artifact.content());
  return JsonResponse(json);
}

}  // namespace

void FusionRunCode(Service& service, const ExchangePtr& exchange) {
  const absl::StatusOr<Json> body = ReadObject(exchange->body);
  if (!body.ok()) return exchange->answer(ErrorResponse(body.status()));
  absl::StatusOr<v1::JobSpec> job = FusionJob(*body);
  if (!job.ok()) return exchange->answer(ErrorResponse(job.status()));
  RunDialect(service, exchange, *std::move(job), FusionAnswer);
}

}  // namespace jail::serve
