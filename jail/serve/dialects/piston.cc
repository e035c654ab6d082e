#include "jail/serve/dialects/piston.h"

#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "jail/base/status_macros.h"
#include "jail/serve/dialects/dialect.h"
#include "jail/serve/dialects/versions.h"
#include "jail/serve/execute.h"

namespace jail::serve {
namespace {

absl::Status Wrong(absl::string_view message) { return absl::InvalidArgumentError(message); }

// --- The request ---

absl::StatusOr<PistonRuntime> ChooseRuntime(const v1::LanguageReport& languages, const Json& body) {
  if (!body.contains("language") || !body["language"].is_string())
    return Wrong("language is required as a string");
  if (!body.contains("version") || !body["version"].is_string())
    return Wrong("version is required as a string");
  const std::string language = body["language"], selector = body["version"];
  for (const v1::LanguageState& state : languages.languages()) {
    if (state.name() != language && !absl::c_linear_search(state.aliases(), language)) continue;
    const std::string version = VersionIn(state.version());
    if (state.installed() && VersionFits(selector, version)) return PistonRuntime{state.name(), version};
  }
  return Wrong(absl::StrCat(language, "-", selector, " runtime is unknown"));
}

absl::StatusOr<std::string> Decoded(const Json& file, const std::string& name) {
  const std::string content = file["content"];
  const std::string encoding = file.value("encoding", "utf8");
  std::string bytes;
  if (encoding == "base64") {
    if (!absl::Base64Unescape(content, &bytes)) return Wrong(absl::StrCat(name, ".content is no base64"));
    return bytes;
  }
  if (encoding != "hex") return content;
  if (content.size() % 2 != 0 || !absl::c_all_of(content, absl::ascii_isxdigit))
    return Wrong(absl::StrCat(name, ".content is no hex"));
  return absl::HexStringToBytes(content);
}

// The first of them that is text is the program.
absl::Status AddFiles(const Json& body, v1::ExecuteRequest* request) {
  if (!body.contains("files") || !body["files"].is_array()) return Wrong("files is required as an array");
  std::string entry;
  size_t index = 0;
  for (const Json& file : body["files"]) {
    const std::string name = absl::StrCat("files[", index, "]");
    if (!file.is_object() || !file.contains("content") || !file["content"].is_string())
      return Wrong(absl::StrCat(name, ".content is required as a string"));
    for (const char* field : {"name", "encoding"}) {
      if (file.contains(field) && !file[field].is_string())
        return Wrong(absl::StrCat(name, ".", field, " must be a string"));
    }
    v1::ExamFile* added = request->add_files();
    added->set_path(file.value("name", absl::StrCat("file", index, ".code")));
    JAIL_ASSIGN_OR_RETURN(*added->mutable_bytes(), Decoded(file, name));
    if (entry.empty() && file.value("encoding", "utf8") == "utf8") entry = added->path();
    ++index;
  }
  if (entry.empty()) return Wrong("files must include at least one utf8 encoded file");
  request->set_entry_path(entry);
  return absl::OkStatus();
}

using SetLimit = void (v1::Limits::*)(int64_t);
struct PistonLimit {
  const char* field;
  v1::Limits* (v1::ExecuteRequest::*limits)();
  SetLimit set;
};
const PistonLimit kLimits[] = {
    {"run_timeout", &v1::ExecuteRequest::mutable_limits, &v1::Limits::set_wall_time_ms},
    {"run_cpu_time", &v1::ExecuteRequest::mutable_limits, &v1::Limits::set_cpu_time_ms},
    {"run_memory_limit", &v1::ExecuteRequest::mutable_limits, &v1::Limits::set_memory_bytes},
    {"compile_timeout", &v1::ExecuteRequest::mutable_compile_limits, &v1::Limits::set_wall_time_ms},
    {"compile_cpu_time", &v1::ExecuteRequest::mutable_compile_limits, &v1::Limits::set_cpu_time_ms},
    {"compile_memory_limit", &v1::ExecuteRequest::mutable_compile_limits, &v1::Limits::set_memory_bytes},
};

// -1 is Piston's "none": then it is the service's.
absl::Status AddLimits(const Json& body, v1::ExecuteRequest* request) {
  constexpr double kMost = 1e15;
  for (const PistonLimit& row : kLimits) {
    if (!body.contains(row.field) || body[row.field].is_null()) continue;
    if (!body[row.field].is_number())
      return Wrong(absl::StrCat("If specified, ", row.field, " must be a number"));
    const double value = body[row.field];
    if (value == -1) continue;
    if (value < 0) return Wrong(absl::StrCat(row.field, " must be non-negative"));
    if (value > kMost) return Wrong(absl::StrCat(row.field, " cannot exceed the configured limit"));
    ((request->*row.limits)()->*row.set)(std::llround(value));
  }
  return absl::OkStatus();
}

absl::Status AddInput(const Json& body, v1::ExecuteRequest* request) {
  const Json in = body.value("stdin", Json("")), args = body.value("args", Json::array());
  if (!in.is_string()) return Wrong("stdin must be a string");
  if (!args.is_array()) return Wrong("args must be an array");
  request->set_input(absl::StrCat(std::string(in), "\n"));  // As Piston does.
  for (const Json& arg : args) {
    if (!arg.is_string()) return Wrong("args must be strings");
    request->add_args(arg);
  }
  return absl::OkStatus();
}

// --- The answer ---

struct EndedRow {
  v1::Verdict verdict;
  const char* status;
  const char* message;  // Null: the record's own words.
};
// Who is ended by us has died of SIGKILL there.
constexpr EndedRow kEnded[] = {
    {v1::VERDICT_CPU_TIME_LIMIT, "TO", "CPU time limit exceeded"},
    {v1::VERDICT_WALL_TIME_LIMIT, "TO", "Time limit exceeded"},
    {v1::VERDICT_IDLE_TIME_LIMIT, "TO", "Time limit exceeded"},
    {v1::VERDICT_MEMORY_LIMIT, "SG", "Memory limit exceeded"},
    {v1::VERDICT_OUTPUT_LIMIT, "OL", "stdout length exceeded"},
    {v1::VERDICT_DISK_LIMIT, "SG", nullptr},
    {v1::VERDICT_SYSCALL_DENIED, "SG", nullptr},
    {v1::VERDICT_CANCELLED, "XX", nullptr},
    {v1::VERDICT_JAIL_ERROR, "XX", nullptr},
    {v1::VERDICT_REJECTED, "XX", nullptr},
};

Json PhaseJson(const v1::PhaseResult& phase, const std::string& summary) {
  const std::string out = TextOf(phase.stdout()), err = TextOf(phase.stderr());
  Json json = {{"stdout", out},
               {"stderr", err},
               {"output", absl::StrCat(out, err)},
               {"code", phase.has_exit_code() ? Json(phase.exit_code()) : Json()},
               {"signal", phase.has_term_signal() ? Json(SignalName(phase.term_signal())) : Json()},
               {"message", nullptr},
               {"status", nullptr},
               {"cpu_time", phase.usage().cpu_time_us() / 1000},
               {"wall_time", phase.usage().wall_time_us() / 1000},
               {"memory", phase.usage().memory_peak_bytes()}};
  if (phase.has_exit_code() && phase.exit_code() != 0) json["status"] = "RE";
  if (phase.has_term_signal()) json["status"] = "SG";
  for (const EndedRow& row : kEnded) {
    if (row.verdict != phase.verdict()) continue;
    json["status"] = row.status;
    json["message"] = row.message == nullptr ? summary : row.message;
    json["code"] = nullptr;
    json["signal"] = "SIGKILL";
  }
  return json;
}

}  // namespace

absl::StatusOr<PistonJob> ReadPiston(const v1::LanguageReport& languages, const Json& body) {
  PistonJob job;
  JAIL_ASSIGN_OR_RETURN(job.runtime, ChooseRuntime(languages, body));
  job.request.set_language(job.runtime.language);
  JAIL_RETURN_IF_ERROR(AddFiles(body, &job.request));
  JAIL_RETURN_IF_ERROR(AddLimits(body, &job.request));
  JAIL_RETURN_IF_ERROR(AddInput(body, &job.request));
  return job;
}

Json PistonAnswer(const PistonRuntime& runtime, const v1::ResultRecord& record) {
  Json json = {{"language", runtime.language}, {"version", runtime.version}};
  for (const v1::PhaseResult& phase : record.phases()) {
    const bool compiling = phase.kind() == v1::PhaseResult::KIND_COMPILE;
    json[compiling ? "compile" : "run"] = PhaseJson(phase, record.summary());
  }
  if (!json.contains("run"))
    json["run"] = json.value("compile", PhaseJson(v1::PhaseResult(), record.summary()));
  return json;
}

Json PistonExit(const v1::ResultRecord& record) {
  v1::PhaseResult never_begun;
  never_begun.set_verdict(record.verdict());
  const v1::PhaseResult* last = LastPhase(record);
  const Json phase = PhaseJson(last == nullptr ? never_begun : *last, record.summary());
  const bool compiling = last != nullptr && last->kind() == v1::PhaseResult::KIND_COMPILE;
  return {{"type", "exit"},
          {"stage", compiling ? "compile" : "run"},
          {"code", phase["code"]},
          {"signal", phase["signal"]}};
}

}  // namespace jail::serve
