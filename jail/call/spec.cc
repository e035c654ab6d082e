#include "jail/call/spec.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "jail/base/random_id.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/base/units.h"
#include "jail/base/utf8.h"
#include "jail/call/json.h"
#include "jail/call/shims.h"
#include "jail/call/source.h"

namespace jail::call {
namespace {

constexpr int64_t kDefaultCodeBytes = int64_t{64} << 10;
constexpr int64_t kDefaultHeapBytes = 32 * kMiB;
constexpr int64_t kMaxResultBytes = 64 * kMiB;
constexpr size_t kMaxInputBytes = size_t{16} << 20;
constexpr int64_t kDefaultWallMs = 30'000;
constexpr int64_t kQuickWallMs = 500;
constexpr int32_t kMostCalls = 10'000;

struct Language {
  absl::string_view name;
  absl::string_view aliases;  // Separated by spaces.
  absl::string_view runs_as;  // The runtime, and which variant of it.
  absl::string_view variant;
  const Shim& shim;
  const Shim* types;  // Beside it, always; none: null.
  const Shim* debug;  // Beside it for steps and profiles, when it needs that.
  // What the interpreter takes beside its heap, so that the heap's limit is met first and not the jail's.
  int64_t beside_heap_bytes;
};

const Language* FindLanguage(absl::string_view name) {
  static const Language kLanguages[] = {
      {"javascript", "js node nodejs", "javascript", "call", kJavascriptShim, nullptr, &kJavascriptDebug,
       128 * kMiB},
      {"typescript", "ts", "javascript", "call-typescript", kJavascriptShim, &kTypescriptTypes,
       &kJavascriptDebug, 192 * kMiB},
      {"python", "py python3", "python", "call", kPythonShim, nullptr, nullptr, 48 * kMiB},
  };
  for (const Language& language : kLanguages) {
    if (absl::EqualsIgnoreCase(language.name, name)) return &language;
    for (absl::string_view alias : absl::StrSplit(language.aliases, ' ')) {
      if (absl::EqualsIgnoreCase(alias, name)) return &language;
    }
  }
  return nullptr;
}

bool IsName(absl::string_view text) {
  if (text.empty() || text.size() > 100 || absl::ascii_isdigit(static_cast<unsigned char>(text[0])))
    return false;
  for (const char c : text) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '_') return false;
  }
  return text != "__proto__";
}

bool IsDottedName(absl::string_view text) {
  for (absl::string_view part : absl::StrSplit(text, '.')) {
    if (!IsName(part)) return false;
  }
  return true;
}

bool Wants(const v1::CallSpec& spec, v1::CallSpec::Debug debug) {
  return absl::c_linear_search(spec.debug(), debug);
}

bool WantsLines(const v1::CallSpec& spec) {
  return Wants(spec, v1::CallSpec::DEBUG_STEPS) || Wants(spec, v1::CallSpec::DEBUG_PROFILE);
}

absl::Status CheckDebug(const v1::CallSpec& spec) {
  for (const int debug : spec.debug()) {
    if (!v1::CallSpec::Debug_IsValid(debug) || debug == v1::CallSpec::DEBUG_UNSPECIFIED)
      return Bad("debug", absl::StrCat(debug, " is none that we know"));
  }
  return absl::OkStatus();
}

absl::Status Within(absl::string_view field, int64_t value, int64_t least, int64_t most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return Bad(field, absl::StrCat(value, " is not ", least, " to ", most));
}

int64_t WallMsOf(const v1::CallSpec& spec) {
  if (spec.limits().has_wall_time_ms()) return spec.limits().wall_time_ms();
  if (spec.has_wall_time_ms()) return spec.wall_time_ms();
  return spec.profile() == v1::CallSpec::PROFILE_QUICK ? kQuickWallMs : kDefaultWallMs;
}

absl::StatusOr<Caps> CapsOf(const v1::CallSpec& spec, int64_t most_wall_ms) {
  Caps caps;
  if (spec.has_max_calls()) caps.max_calls = spec.max_calls();
  if (spec.has_host_timeout_ms()) caps.host_timeout_ms = spec.host_timeout_ms();
  if (spec.has_result_bytes()) caps.result_bytes = static_cast<size_t>(spec.result_bytes());
  JAIL_RETURN_IF_ERROR(Within("max_calls", caps.max_calls, 0, kMostCalls));
  JAIL_RETURN_IF_ERROR(Within("host_timeout_ms", caps.host_timeout_ms, 1, int64_t{24} * 3600 * 1000));
  caps.debug = WantsLines(spec);
  if (spec.host_time_excluded()) caps.own_time_ms = WallMsOf(spec);
  if (caps.own_time_ms.has_value())
    JAIL_RETURN_IF_ERROR(Within("wall_time_ms", *caps.own_time_ms, 1, most_wall_ms));
  if (spec.has_result_bytes())
    JAIL_RETURN_IF_ERROR(Within("result_bytes", spec.result_bytes(), 1, kMaxResultBytes));
  return caps;
}

absl::StatusOr<std::string> CodeOf(const v1::CallSpec& spec) {
  const int64_t most = spec.has_code_bytes() ? spec.code_bytes() : kDefaultCodeBytes;
  const auto size = static_cast<int64_t>(spec.code().size());
  if (size > most) return Bad("code", absl::StrCat("is ", size, " bytes long; at most ", most));
  if (!IsUtf8(spec.code())) return Bad("code", "is no UTF-8");
  const std::string code = WithoutFences(spec.code());
  if (absl::StripAsciiWhitespace(code).empty()) return Bad("code", "is empty");
  return code;
}

absl::StatusOr<std::string> InputOf(const v1::CallSpec& spec) {
  if (spec.input_json().empty()) return "null";
  if (spec.input_json().size() > kMaxInputBytes)
    return Bad("input_json", absl::StrCat("is longer than ", kMaxInputBytes, " bytes"));
  absl::StatusOr<std::string> input = Compact(spec.input_json());
  if (!input.ok()) return Bad("input_json", input.status().message());
  return input;
}

absl::StatusOr<std::string> GlobalsOf(const v1::CallSpec& spec) {
  std::vector<std::string> members;
  for (const auto& [name, json] : spec.globals()) {
    if (!IsName(name)) return Bad("globals", absl::StrCat(Quoted(name), " is no name for a variable"));
    const absl::StatusOr<std::string> value = Compact(json);
    if (!value.ok()) return Bad("globals", absl::StrCat(name, " ", value.status().message()));
    members.push_back(absl::StrCat(Quote(name), ":", *value));
  }
  return absl::StrCat("{", absl::StrJoin(members, ","), "}");
}

absl::StatusOr<std::string> FunctionsOf(const v1::CallSpec& spec) {
  for (const v1::HostFunction& function : spec.functions()) {
    if (!IsDottedName(function.name()))
      return Bad("functions", absl::StrCat(Quoted(function.name()), " is no name for a function"));
  }
  return JsonArray(spec.functions(), [](const v1::HostFunction& function) { return Quote(function.name()); });
}

absl::StatusOr<std::vector<std::string>> PatternsIn(const v1::CallSpec& spec) {
  if (spec.on_pattern() == v1::CallSpec::PATTERN_ACTION_UNSPECIFIED) return std::vector<std::string>();
  std::vector<std::string> patterns(spec.forbidden_patterns().begin(), spec.forbidden_patterns().end());
  if (patterns.empty()) patterns = UsualPatterns();
  std::vector<std::string> found = FindPatterns(spec.code(), patterns);
  if (found.empty() || spec.on_pattern() == v1::CallSpec::PATTERN_ACTION_FLAG) return found;
  return Bad("code", absl::StrCat("has ", absl::StrJoin(found, ", "), " in it, which is forbidden here"));
}

int64_t HeapBytesOf(const v1::CallSpec& spec, const Language& language) {
  if (spec.has_heap_bytes()) return spec.heap_bytes();
  if (!spec.limits().has_memory_bytes()) return kDefaultHeapBytes;
  return spec.limits().memory_bytes() - language.beside_heap_bytes;
}

// The jail's limit is there for all of it: the program's own time, and what the host may take at most.
void AddHostTime(const Caps& caps, int64_t most_wall_ms, v1::Limits* limits) {
  const int64_t waits_ms = caps.max_calls * caps.host_timeout_ms;  // Both are bounded: see CapsOf.
  limits->set_wall_time_ms(std::min(limits->wall_time_ms() + waits_ms, most_wall_ms));
  // Nobody uses the CPU while the host answers one call.
  if (limits->has_idle_time_ms())
    limits->set_idle_time_ms(std::min(limits->idle_time_ms(), most_wall_ms) + caps.host_timeout_ms);
}

v1::Limits LimitsOf(const v1::CallSpec& spec, const Language& language, int64_t heap_bytes) {
  const int64_t wall_ms = WallMsOf(spec);
  v1::Limits limits;
  limits.set_wall_time_ms(wall_ms);
  limits.set_cpu_time_ms(2 * wall_ms);  // Node has threads of its own.
  limits.set_memory_bytes(heap_bytes + language.beside_heap_bytes);
  limits.MergeFrom(spec.limits());
  return limits;
}

void AddFile(const Shim* shim, v1::JobSpec* job) {
  if (shim == nullptr) return;
  v1::SourceFile* file = job->add_files();
  file->set_path(std::string(shim->path));
  file->set_content(std::string(shim->content));
}

// As the shim asks for it.
std::string NameOf(const Shim* shim) { return Quote(shim == nullptr ? "" : absl::StrCat("./", shim->path)); }

absl::StatusOr<v1::JobSpec> JobOf(const v1::CallSpec& spec, const Language& language) {
  const int64_t heap_bytes = HeapBytesOf(spec, language);
  JAIL_RETURN_IF_ERROR(Within("heap_bytes", heap_bytes, 4 * kMiB, int64_t{1} << 40));
  v1::JobSpec job;
  job.set_job_id(spec.job_id());
  job.set_language(std::string(language.runs_as));
  job.set_variant(std::string(language.variant));
  job.set_rootfs(spec.rootfs());
  job.set_enforcement(spec.enforcement());
  AddFile(&language.shim, &job);
  AddFile(language.types, &job);
  if (WantsLines(spec)) AddFile(language.debug, &job);
  job.set_policy(spec.policy());
  *job.mutable_limits() = LimitsOf(spec, language, heap_bytes);
  if (language.runs_as == "javascript")
    (*job.mutable_env())["NODE_OPTIONS"] = absl::StrCat("--max-old-space-size=", heap_bytes / kMiB);
  return job;
}

}  // namespace

absl::StatusOr<Request> Prepare(const v1::CallSpec& spec, int64_t most_wall_ms) {
  const Language* language = FindLanguage(spec.language());
  if (language == nullptr)
    return Bad("language", absl::StrCat(Quoted(spec.language()),
                                        " has no function runs (known: javascript, typescript, python)"));
  Request request;
  JAIL_RETURN_IF_ERROR(CheckDebug(spec));
  JAIL_ASSIGN_OR_RETURN(request.caps, CapsOf(spec, most_wall_ms));
  JAIL_ASSIGN_OR_RETURN(const std::string code, CodeOf(spec));
  JAIL_ASSIGN_OR_RETURN(request.patterns, PatternsIn(spec));
  JAIL_ASSIGN_OR_RETURN(const std::string input, InputOf(spec));
  JAIL_ASSIGN_OR_RETURN(const std::string globals, GlobalsOf(spec));
  JAIL_ASSIGN_OR_RETURN(const std::string functions, FunctionsOf(spec));
  if (!spec.entry().empty() && !IsName(spec.entry()))
    return Bad("entry", absl::StrCat(Quoted(spec.entry()), " is no name"));
  if (spec.spread_input() && (spec.entry().empty() || input.front() != '['))
    return Bad("spread_input", "wants an entry, and an input that is an array");
  request.nonce = RandomId();
  JAIL_ASSIGN_OR_RETURN(request.job, JobOf(spec, *language));
  if (spec.host_time_excluded()) AddHostTime(request.caps, most_wall_ms, request.job.mutable_limits());
  request.start_json = JsonObject({
      {"code", Quote(code)},
      {"input", input},
      {"globals", globals},
      {"functions", functions},
      {"modules", JsonArray(spec.allowed_modules(), Quote)},
      {"entry", Quote(spec.entry())},
      {"types", NameOf(language->types)},
      {"debug", NameOf(WantsLines(spec) ? language->debug : nullptr)},
      {"stack", Boolean(spec.stack() || Wants(spec, v1::CallSpec::DEBUG_STACK))},
      {"steps", Wants(spec, v1::CallSpec::DEBUG_STEPS) ? absl::StrCat(request.caps.max_steps) : "0"},
      {"profile", Boolean(Wants(spec, v1::CallSpec::DEBUG_PROFILE))},
      {"profile_bytes", absl::StrCat(request.caps.profile_bytes)},
      {"result_bytes", absl::StrCat(request.caps.result_bytes)},
      {"ready", Boolean(spec.host_time_excluded())},
      {"spread", Boolean(spec.spread_input())},
      {"nonce", Quote(request.nonce)},
      {"heap_bytes", absl::StrCat(HeapBytesOf(spec, *language))},
      {"max_logs", absl::StrCat(request.caps.max_logs)},
      {"log_characters", absl::StrCat(request.caps.log_characters)},
  });
  return request;
}

}  // namespace jail::call
