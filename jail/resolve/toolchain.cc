#include "jail/resolve/toolchain.h"

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace jail::resolve {
namespace {

// What the compile phase made lies below /app; all else that a language starts is the host's.
bool IsHostProgram(absl::string_view program) { return !absl::StartsWith(program, "/app/"); }

std::vector<std::string> Candidates(const v1::Runtime& runtime, const std::string& program) {
  std::vector<std::string> candidates = {program};
  for (const v1::Runtime::Choice& choice : runtime.choices()) {
    if (choice.program() != program) continue;
    candidates.insert(candidates.end(), choice.otherwise().begin(), choice.otherwise().end());
  }
  return candidates;
}

absl::Status NotInTheImage(const v1::Runtime& runtime, const std::string& program,
                           const std::string& folder) {
  absl::Status status = absl::FailedPreconditionError(
      absl::StrCat(runtime.display_name(), " is not in the image ", folder, ": it has no ", program));
  status.SetPayload(kCureUrl,
                    absl::Cord("Name an image that has it (jailrun langs --rootfs NAME shows what one has), "
                               "or have it added: rootfs/images/NAME/contents, then make rootfs"));
  return status;
}

absl::Status NotInstalled(const v1::Runtime& runtime, const std::string& program) {
  absl::Status status = absl::FailedPreconditionError(
      absl::StrCat(runtime.display_name(), " is not installed on this host: it has no ", program));
  const bool known = runtime.has_install();
  status.SetPayload(kCureUrl,
                    absl::Cord(known ? absl::StrCat("As root: jailrun langs install ", runtime.name())
                                     : "jailrun langs shows which languages are there"));
  return status;
}

absl::Status NotThere(const v1::Runtime& runtime, const std::string& program, const Host& host) {
  return host.image ? NotInTheImage(runtime, program, host.image->folder()) : NotInstalled(runtime, program);
}

}  // namespace

std::vector<std::string> HostPrograms(const v1::Runtime& runtime) {
  std::vector<const v1::Runtime::Phase*> phases = {&runtime.compile(), &runtime.run()};
  for (const v1::Runtime::Variant& variant : runtime.variants()) {
    phases.insert(phases.end(), {&variant.compile(), &variant.run()});
  }
  std::vector<std::string> programs = {runtime.install().needs().begin(), runtime.install().needs().end()};
  for (const v1::Runtime::Phase* phase : phases) {
    if (phase->argv().empty() || !IsHostProgram(phase->argv(0))) continue;
    for (std::string& program : Candidates(runtime, phase->argv(0))) programs.push_back(std::move(program));
  }
  return programs;
}

absl::StatusOr<std::string> ChooseProgram(const v1::Runtime& runtime, const std::string& program,
                                          const Host& host) {
  if (!IsHostProgram(program)) return program;
  for (const std::string& needed : runtime.install().needs()) {
    if (host.programs.count(needed) == 0) return NotThere(runtime, needed, host);
  }
  for (std::string& candidate : Candidates(runtime, program)) {
    if (host.programs.count(candidate) != 0) return std::move(candidate);
  }
  return NotThere(runtime, program, host);
}

}  // namespace jail::resolve
