#include "tools/jailrun/job.h"

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "tools/jailrun/files.h"

namespace jail::cli {
namespace {

using absl::string_view;

// What we are ready to read without being told more with --source. Far above the usual limit, which
// Resolve checks and names; here it only keeps an endless pipe from filling our memory.
constexpr int64_t kReadAheadBytes = int64_t{16} << 20;
// More than a plan can hold.
constexpr size_t kMostCompiledBytes = size_t{256} << 20;

string_view Extension(string_view path) {
  const string_view name = BaseName(path);
  const size_t dot = name.rfind('.');
  return dot == string_view::npos || dot == 0 ? string_view() : name.substr(dot + 1);
}

std::vector<string_view> RuntimeNames(const v1::RuntimeCatalog& catalog) {
  std::vector<string_view> names;
  for (const v1::Runtime& runtime : catalog.runtimes()) names.push_back(runtime.name());
  return names;
}

std::vector<string_view> NamesAndAliases(const v1::RuntimeCatalog& catalog) {
  std::vector<string_view> names = RuntimeNames(catalog);
  for (const v1::Runtime& runtime : catalog.runtimes()) {
    names.insert(names.end(), runtime.aliases().begin(), runtime.aliases().end());
  }
  return names;
}

std::string KnownLanguages(const v1::RuntimeCatalog& catalog) {
  return absl::StrCat("known: ", absl::StrJoin(RuntimeNames(catalog), ", "));
}

// Empty means the default, which Resolve knows.
absl::Status CheckName(string_view flag, string_view name, const std::vector<string_view>& known) {
  if (name.empty() || absl::c_linear_search(known, name)) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat(flag, ": there is no ", Quoted(name), DidYouMean(name, known),
                                          " (known: ", absl::StrJoin(known, ", "), ")"));
}

absl::StatusOr<const v1::Runtime*> PickRuntime(const CommandLine& line, const v1::RuntimeCatalog& catalog) {
  const std::string& file = line.operands.front();
  if (!line.language.empty()) return FindRuntime(catalog, line.language);
  if (file == "-")
    return absl::InvalidArgumentError("--lang is needed when the program comes from standard input");
  absl::StatusOr<const v1::Runtime*> runtime = FindRuntimeForFile(catalog, file);
  const bool may_be_command = !runtime.ok() && access(file.c_str(), F_OK) != 0;
  if (!may_be_command) return runtime;
  return absl::NotFoundError(absl::StrCat("there is no file ", Quoted(file), DidYouMeanCommand(file)));
}

// The file keeps its name, so that error messages speak of it, unless that name would not do inside:
// a compiler goes by the extension, and a leading dash would read as one of its options.
std::string EntryName(const v1::Runtime& runtime, string_view path) {
  const string_view name = BaseName(path);
  const bool known = absl::c_linear_search(runtime.extensions(), Extension(path)) ||
                     absl::c_linear_search(runtime.other_extensions(), Extension(path));
  const bool fits = known && name.front() != '-';
  return fits ? std::string(name) : runtime.default_path();
}

class Sources {
 public:
  explicit Sources(const v1::Limits& limits)
      : left_(static_cast<size_t>(limits.has_source_bytes() ? limits.source_bytes() : kReadAheadBytes)) {}

  absl::Status Add(const std::string& source, std::string destination, v1::JobSpec& job) {
    JAIL_ASSIGN_OR_RETURN(std::string content, ReadInput(source, left_));
    left_ -= content.size();
    v1::SourceFile* file = job.add_files();
    file->set_path(std::move(destination));
    file->set_content(std::move(content));
    return absl::OkStatus();
  }

 private:
  size_t left_;
};

absl::Status AddProgram(const CommandLine& line, const Catalog& catalog, Sources& sources, v1::JobSpec& job) {
  JAIL_ASSIGN_OR_RETURN(const v1::Runtime* runtime, PickRuntime(line, catalog.runtimes));
  const std::string& file = line.operands.front();
  job.set_language(runtime->name());
  job.mutable_args()->Assign(line.words.begin(), line.words.end());
  return sources.Add(file, EntryName(*runtime, file), job);
}

// Checked by Resolve like any job: whoever hands it to us may have written it himself.
absl::Status AddCompiled(const CommandLine& line, v1::JobSpec& job) {
  JAIL_ASSIGN_OR_RETURN(const std::string bytes, ReadSource(line.compiled_path, kMostCompiledBytes));
  job.mutable_args()->Assign(line.words.begin(), line.words.end());
  if (job.mutable_compiled()->ParseFromString(bytes)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--artifact: ", Quoted(line.compiled_path), " is no compiled program"));
}

// A bare name is one of /usr/bin: PATH is the caller's and is never asked.
void AddCommand(const CommandLine& line, v1::JobSpec& job) {
  job.mutable_command()->Assign(line.words.begin(), line.words.end());
  std::string& program = *job.mutable_command(0);
  if (!program.empty() && program.find('/') == std::string::npos) program.insert(0, "/usr/bin/");
}

absl::Status AddFiles(const CommandLine& line, Sources& sources, v1::JobSpec& job) {
  for (const InputFile& file : line.files) {
    // "-" is the program's place, and standard input can be read only once.
    if (file.source == "-")
      return absl::InvalidArgumentError("--file: \"-\" is not a file; use ./- for one so named");
    JAIL_RETURN_IF_ERROR(sources.Add(file.source, file.destination, job));
  }
  return absl::OkStatus();
}

void CopyPlainFields(const CommandLine& line, v1::JobSpec& job) {
  job.set_job_id(line.job_id);
  job.set_compile_only(line.command == Command::kCompile);
  job.set_tenant(line.tenant);
  job.set_variant(line.variant);
  job.set_standard(line.standard);
  job.set_policy(line.policy);
  job.set_rootfs(line.rootfs);
  *job.mutable_limits() = line.limits;
  if (line.compile_limits.ByteSizeLong() > 0) *job.mutable_compile_limits() = line.compile_limits;
  job.set_output_overflow(line.output_overflow);
  job.set_enforcement(line.best_effort ? v1::ENFORCEMENT_BEST_EFFORT : v1::ENFORCEMENT_STRICT);
  job.mutable_required_protections()->Assign(line.required_protections.begin(),
                                             line.required_protections.end());
  job.mutable_artifact_globs()->Assign(line.get_globs.begin(), line.get_globs.end());
  for (const auto& [name, value] : line.env) (*job.mutable_env())[name] = value;
}

absl::Status ConnectStdin(const CommandLine& line, Request& request) {
  const bool holds_program =
      line.command != Command::kExec && !line.operands.empty() && line.operands.front() == "-";
  if (line.stdin_path.empty()) {
    if (!holds_program) request.stdin_fd = STDIN_FILENO;
    return absl::OkStatus();
  }
  JAIL_ASSIGN_OR_RETURN(request.stdin_file, OpenForReading(line.stdin_path));
  request.stdin_fd = request.stdin_file.get();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<const v1::Runtime*> FindRuntime(const v1::RuntimeCatalog& catalog, string_view name) {
  for (const v1::Runtime& runtime : catalog.runtimes()) {
    const auto is_name = [name](string_view other) { return absl::EqualsIgnoreCase(other, name); };
    if (is_name(runtime.name()) || absl::c_any_of(runtime.aliases(), is_name)) return &runtime;
  }
  return absl::NotFoundError(absl::StrCat("unknown language ", Quoted(name),
                                          DidYouMean(name, NamesAndAliases(catalog)), " (",
                                          KnownLanguages(catalog), ")"));
}

absl::StatusOr<const v1::Runtime*> FindRuntimeForFile(const v1::RuntimeCatalog& catalog, string_view path) {
  const string_view extension = Extension(path);
  for (const v1::Runtime& runtime : catalog.runtimes()) {
    if (absl::c_linear_search(runtime.extensions(), extension)) return &runtime;
  }
  return absl::NotFoundError(absl::StrCat("the name ", Quoted(BaseName(path)),
                                          " does not tell the language; say it with --lang (",
                                          KnownLanguages(catalog), ")"));
}

absl::StatusOr<Request> BuildRequest(const CommandLine& line, const Catalog& catalog) {
  JAIL_RETURN_IF_ERROR(CheckName("--policy", line.policy, catalog.policies));
  JAIL_RETURN_IF_ERROR(CheckName("--rootfs", line.rootfs, {catalog.rootfs.begin(), catalog.rootfs.end()}));
  Request request;
  CopyPlainFields(line, request.job);
  Sources sources(line.limits);
  if (line.command == Command::kExec) {
    AddCommand(line, request.job);
  } else if (!line.compiled_path.empty()) {
    JAIL_RETURN_IF_ERROR(AddCompiled(line, request.job));
  } else {
    JAIL_RETURN_IF_ERROR(AddProgram(line, catalog, sources, request.job));
  }
  JAIL_RETURN_IF_ERROR(AddFiles(line, sources, request.job));
  JAIL_RETURN_IF_ERROR(ConnectStdin(line, request));
  return request;
}

}  // namespace jail::cli
