#include "jail/resolve/job_check.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "jail/base/names.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/plan/layout.h"

namespace jail::resolve {
namespace {

using Strings = google::protobuf::RepeatedPtrField<std::string>;
using Files = google::protobuf::RepeatedPtrField<v1::SourceFile>;

constexpr size_t kMostIdBytes = 64;
constexpr size_t kMostPartBytes = 255;  // NAME_MAX
constexpr int kMostGlobs = 64;
// MAX_ARG_STRLEN: the kernel refuses to exec with a longer string, NUL included.
constexpr size_t kMostStringBytes = (size_t{128} << 10) - 1;

std::string Item(absl::string_view field, int index) { return absl::StrCat(field, "[", index, "]"); }

absl::Status CheckId(absl::string_view field, absl::string_view id) {
  const auto allowed = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
  };
  if (id.size() > kMostIdBytes) return Bad(field, absl::StrCat("is over ", kMostIdBytes, " characters"));
  if (std::all_of(id.begin(), id.end(), allowed)) return absl::OkStatus();
  return Bad(field, absl::StrCat(Quoted(id), " has characters other than A-Z a-z 0-9 . _ -"));
}

// Relative, in normal form, inside the work directory whatever it holds.
absl::Status CheckPath(absl::string_view field, absl::string_view path) {
  if (path.empty()) return Bad(field, "is empty");
  if (path.size() > plan::kMaxPathBytes)
    return Bad(field, absl::StrCat("is over ", plan::kMaxPathBytes, " bytes"));
  if (path.find('\0') != absl::string_view::npos) return Bad(field, absl::StrCat(Quoted(path), " has a NUL"));
  if (path.front() == '/') {
    return Bad(field, absl::StrCat(Quoted(path), " is absolute; it must be relative to the work directory"));
  }
  for (absl::string_view part : absl::StrSplit(path, '/')) {
    if (part.empty()) return Bad(field, absl::StrCat(Quoted(path), " has an empty part"));
    if (part == "." || part == "..")
      return Bad(field, absl::StrCat(Quoted(path), " has a part ", Quoted(part)));
    if (part.size() > kMostPartBytes)
      return Bad(field, absl::StrCat("has a part of over ", kMostPartBytes, " bytes"));
  }
  return absl::OkStatus();
}

// No file twice, and none that would have to be a directory for another.
absl::Status CheckDistinct(absl::string_view field, const Files& files) {
  std::set<absl::string_view> paths;
  for (int i = 0; i < files.size(); ++i) {
    const std::string& path = files[i].path();
    if (!paths.insert(path).second) return Bad(Item(field, i) + ".path", Quoted(path) + " stands twice");
  }
  for (int i = 0; i < files.size(); ++i) {
    const absl::string_view path = files[i].path();
    for (size_t slash = path.find('/'); slash != absl::string_view::npos; slash = path.find('/', slash + 1)) {
      const absl::string_view parent = path.substr(0, slash);
      if (paths.count(parent) == 0) continue;
      return Bad(Item(field, i) + ".path",
                 absl::StrCat(Quoted(path), " needs a directory where ", Quoted(parent), " is a file"));
    }
  }
  return absl::OkStatus();
}

// What a language's jail executes, its runtime decides; and its products could have the same names.
absl::Status CheckExecutable(const v1::JobSpec& job, int index) {
  const v1::SourceFile& file = job.files(index);
  if (!file.executable()) return absl::OkStatus();
  if (job.command().empty())
    return Bad(Item("files", index) + ".executable", "is for a command, not for a language's files");
  if (!absl::StrContains(file.path(), "/")) return absl::OkStatus();
  return Bad(Item("files", index) + ".path",
             absl::StrCat(Quoted(file.path()), " has a \"/\"; /app has no folders"));
}

absl::Status CheckFiles(const v1::JobSpec& job) {
  if (static_cast<uint32_t>(job.files_size()) > plan::kMaxFiles) {
    return Bad("files", absl::StrCat(job.files_size(), " are more than ", plan::kMaxFiles));
  }
  for (int i = 0; i < job.files_size(); ++i) {
    JAIL_RETURN_IF_ERROR(CheckExecutable(job, i));
    // The first may go without a name when the language gives it one.
    const bool is_source = job.command().empty() && !job.has_compiled();
    if (i == 0 && job.files(i).path().empty() && is_source) continue;
    JAIL_RETURN_IF_ERROR(CheckPath(Item("files", i) + ".path", job.files(i).path()));
  }
  return CheckDistinct("files", job.files());
}

// What stands in the compiled program, or has no meaning beside it.
absl::Status CheckAlone(const v1::JobSpec& job) {
  const std::pair<absl::string_view, bool> others[] = {
      {"command", !job.command().empty()},       {"language", !job.language().empty()},
      {"variant", !job.variant().empty()},       {"standard", !job.standard().empty()},
      {"entry_path", !job.entry_path().empty()}, {"compile_only", job.compile_only()},
  };
  for (const auto& [field, is_set] : others) {
    if (is_set) return Bad(field, "cannot stand beside compiled, which brings its own");
  }
  return absl::OkStatus();
}

// A stranger may have made it: its paths are checked like those of sources.
absl::Status CheckCompiled(const v1::JobSpec& job) {
  if (!job.has_compiled()) return absl::OkStatus();
  const v1::CompiledProgram& compiled = job.compiled();
  if (compiled.format() != kCompiledFormat) {
    return Bad("compiled.format", absl::StrCat(Quoted(compiled.format()), " is not ", Quoted(kCompiledFormat),
                                               ": this is no compiled program of this version"));
  }
  JAIL_RETURN_IF_ERROR(CheckAlone(job));
  JAIL_RETURN_IF_ERROR(CheckPath("compiled.entry_path", compiled.entry_path()));
  if (compiled.products().empty()) return Bad("compiled.products", "is empty: there is nothing to run");
  if (static_cast<uint32_t>(compiled.products_size()) > plan::kMaxFiles) {
    return Bad("compiled.products",
               absl::StrCat(compiled.products_size(), " are more than ", plan::kMaxFiles));
  }
  for (int i = 0; i < compiled.products_size(); ++i) {
    JAIL_RETURN_IF_ERROR(CheckPath(Item("compiled.products", i) + ".path", compiled.products(i).path()));
  }
  return CheckDistinct("compiled.products", compiled.products());
}

absl::Status CheckText(absl::string_view field, absl::string_view text) {
  if (text.find('\0') != absl::string_view::npos) {
    return Bad(field, absl::StrCat(Quoted(text), " has a NUL, which no program can be given"));
  }
  if (text.size() <= kMostStringBytes) return absl::OkStatus();
  return Bad(field, absl::StrCat("is over ", FormatBytes(kMostStringBytes + 1),
                                 ", the kernel's limit for one string"));
}

absl::Status CheckTexts(absl::string_view field, const Strings& texts) {
  for (int i = 0; i < texts.size(); ++i) JAIL_RETURN_IF_ERROR(CheckText(Item(field, i), texts[i]));
  return absl::OkStatus();
}

absl::Status CheckEnv(const v1::JobSpec& job) {
  // In order of name, so that of several mistakes the same one is reported every time.
  std::set<absl::string_view> names;
  for (const auto& [name, value] : job.env()) names.insert(name);
  for (absl::string_view name : names) {
    if (!IsEnvName(name)) {
      return Bad("env", absl::StrCat(Quoted(name),
                                     " is not a variable's name: letters, digits and _, no digit first"));
    }
    if (IsLoaderVariable(name)) {
      return Bad("env", absl::StrCat(Quoted(name), " steers the loader and is refused in every jail"));
    }
    JAIL_RETURN_IF_ERROR(CheckText("env", absl::StrCat(name, "=", job.env().at(std::string(name)))));
  }
  return absl::OkStatus();
}

absl::Status CheckCommand(const v1::JobSpec& job) {
  if (job.command().empty()) return absl::OkStatus();
  if (!job.language().empty()) return Bad("command", "cannot stand beside language; set one of them");
  if (!job.entry_path().empty())
    return Bad("entry_path", "is for languages; a command names its program itself");
  if (!job.variant().empty()) return Bad("variant", "is for languages; a command has none");
  if (!job.standard().empty()) return Bad("standard", "is for languages; a command has none");
  if (job.compile_only()) return Bad("compile_only", "is for languages; a command is not compiled");
  const std::string& program = job.command(0);
  if (absl::StartsWith(program, "/")) return CheckTexts("command", job.command());
  return Bad("command[0]",
             absl::StrCat(Quoted(program), " is not an absolute path; write for example /usr/bin/env"));
}

absl::Status CheckGlobs(const Strings& globs) {
  if (globs.size() > kMostGlobs)
    return Bad("artifact_globs", absl::StrCat(globs.size(), " are more than ", kMostGlobs));
  for (int i = 0; i < globs.size(); ++i) {
    const std::string field = Item("artifact_globs", i);
    JAIL_RETURN_IF_ERROR(CheckPath(field, globs[i]));
    if (!absl::StrContains(globs[i], "**")) continue;
    return Bad(field, absl::StrCat(Quoted(globs[i]),
                                   " has \"**\"; * stays within one directory, write one glob for each"));
  }
  return absl::OkStatus();
}

// Open enums carry any number; a number we do not know asks for something we cannot give. Asking the enum's
// descriptor instead would make every run build descriptors first: 0.15 ms.
absl::Status CheckEnum(absl::string_view field, int value, bool (*is_valid)(int), absl::string_view type) {
  if (is_valid(value)) return absl::OkStatus();
  return Bad(field, absl::StrCat(value, " is no ", type));
}

absl::Status CheckEnums(const v1::JobSpec& job) {
  JAIL_RETURN_IF_ERROR(CheckEnum("enforcement", job.enforcement(), v1::Enforcement_IsValid, "Enforcement"));
  JAIL_RETURN_IF_ERROR(
      CheckEnum("output_overflow", job.output_overflow(), v1::OutputOverflow_IsValid, "OutputOverflow"));
  for (int i = 0; i < job.required_protections_size(); ++i) {
    const std::string field = Item("required_protections", i);
    JAIL_RETURN_IF_ERROR(CheckEnum(field, job.required_protections(i), v1::Protection_IsValid, "Protection"));
    if (job.required_protections(i) == v1::PROTECTION_UNSPECIFIED) return Bad(field, "names no protection");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckJob(const v1::JobSpec& job) {
  JAIL_RETURN_IF_ERROR(CheckId("job_id", job.job_id()));
  JAIL_RETURN_IF_ERROR(CheckId("tenant", job.tenant()));
  JAIL_RETURN_IF_ERROR(CheckCompiled(job));
  JAIL_RETURN_IF_ERROR(CheckCommand(job));
  JAIL_RETURN_IF_ERROR(CheckFiles(job));
  JAIL_RETURN_IF_ERROR(CheckTexts("args", job.args()));
  JAIL_RETURN_IF_ERROR(CheckEnv(job));
  JAIL_RETURN_IF_ERROR(CheckGlobs(job.artifact_globs()));
  return CheckEnums(job);
}

}  // namespace jail::resolve
