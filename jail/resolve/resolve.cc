// Top down: check the job, choose the program (a language's or a command), then one phase after the
// other. What a job says about limits, environment, policy and artifacts is about its own program: a
// compile phase takes none of it, but has limits of its own.
#include "jail/resolve/resolve.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/plan/builtin.h"
#include "jail/plan/layout.h"
#include "jail/resolve/catalog.h"
#include "jail/resolve/job_check.h"
#include "jail/resolve/limits.h"
#include "jail/resolve/phase.h"
#include "jail/v1/runtime.pb.h"

namespace jail::resolve {
namespace {

constexpr absl::string_view kWork = "/work";
constexpr absl::string_view kHostname = "jail";
constexpr absl::string_view kDefaultRootfs = "host";
constexpr absl::string_view kDefaultPolicy = "default";
constexpr absl::string_view kInitPolicy = "init";  // Of the jail's first process; not for programs.

// The same error, with the field it is about before it.
absl::Status InField(absl::string_view field, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(field, ": ", status.message()));
}

// The job, and the language and entry that it comes down to.
struct Program {
  Program(const v1::JobSpec& the_job, const v1::Site& the_site, const Host& the_host)
      : job(the_job), site(the_site), host(the_host), files(the_job.files().begin(), the_job.files().end()) {}

  const v1::JobSpec& job;
  const v1::Site& site;
  const Host& host;
  const v1::Runtime* runtime = nullptr;  // Null for a command.
  std::vector<v1::SourceFile> files;     // Every one with its name.
  std::string entry;                     // Relative to the work directory.
  // Of the language: its phases as the variant has them.
  const v1::Runtime::Variant* variant = nullptr;
  v1::Runtime::Phase compile;
  v1::Runtime::Phase run;
  std::string standard;
};

// What a job says of its language, or what it was when its program was compiled.
struct Wanted {
  const std::string& language;
  const std::string& variant;
  const std::string& standard;
};

Wanted WantedBy(const v1::JobSpec& job) {
  if (!job.has_compiled()) return {job.language(), job.variant(), job.standard()};
  return {job.compiled().language(), job.compiled().variant(), job.compiled().standard()};
}

absl::StatusOr<const v1::Runtime*> ChooseRuntime(const v1::JobSpec& job) {
  if (const std::string& language = WantedBy(job).language; !language.empty() || job.has_compiled()) {
    absl::StatusOr<const v1::Runtime*> runtime = FindLanguage(language);
    return runtime.ok() ? runtime : InField("language", runtime.status());
  }
  if (job.files().empty()) return Bad("language", "is unset, and so are files and command: nothing to run");
  const std::string& entry = job.entry_path().empty() ? job.files(0).path() : job.entry_path();
  if (const v1::Runtime* runtime = FindByExtension(entry)) return runtime;
  std::vector<absl::string_view> names;
  for (const v1::Runtime& runtime : Catalog().runtimes()) names.push_back(runtime.name());
  return Bad("language", absl::StrCat("is unset, and the name ", Quoted(entry),
                                      " does not tell it (known: ", absl::StrJoin(names, ", "), ")"));
}

absl::StatusOr<std::string> ChooseEntry(const v1::JobSpec& job, const std::vector<v1::SourceFile>& files) {
  if (files.empty()) return Bad("files", "is empty; the program's source must be the first");
  if (job.entry_path().empty()) return files[0].path();
  const auto is_entry = [&](const v1::SourceFile& file) { return file.path() == job.entry_path(); };
  if (std::any_of(files.begin(), files.end(), is_entry)) return job.entry_path();
  return Bad("entry_path", absl::StrCat(Quoted(job.entry_path()), " is not among the files"));
}

// A nameless source gets the language's name for it, unless another file has that.
absl::Status NameFirstFile(const std::string& name, std::vector<v1::SourceFile>* files) {
  if (files->empty() || !files->front().path().empty()) return absl::OkStatus();
  for (const v1::SourceFile& file : *files) {
    if (file.path() != name && !absl::StartsWith(file.path(), name + "/")) continue;
    return Bad("files[0].path", absl::StrCat("is empty, and ", Quoted(name), " is taken by another file"));
  }
  files->front().set_path(name);
  return absl::OkStatus();
}

template <typename Names>
absl::Status NotAmong(absl::string_view field, absl::string_view name, absl::string_view language,
                      const Names& known) {
  if (known.empty()) return Bad(field, absl::StrCat(language, " has none to choose from"));
  return Bad(field, absl::StrCat(language, " has no ", Quoted(name), DidYouMean(name, known),
                                 " (known: ", absl::StrJoin(known, ", "), ")"));
}

absl::Status ChooseVariant(Program* program) {
  const v1::Runtime& runtime = *program->runtime;
  const std::string& name = WantedBy(program->job).variant;
  program->compile = runtime.compile();
  program->run = runtime.run();
  if (name.empty()) return absl::OkStatus();
  std::vector<absl::string_view> known;
  for (const v1::Runtime::Variant& variant : runtime.variants()) {
    known.push_back(variant.name());
    if (variant.name() == name) program->variant = &variant;
  }
  if (program->variant == nullptr) return NotAmong("variant", name, runtime.name(), known);
  program->compile = LaidOver(runtime.compile(), program->variant->compile());
  program->run = LaidOver(runtime.run(), program->variant->run());
  return absl::OkStatus();
}

// An allow-list: what is asked for becomes part of a compiler's option.
absl::Status ChooseStandard(Program* program) {
  const std::vector<absl::string_view> known = {program->runtime->standards().begin(),
                                                program->runtime->standards().end()};
  const std::string& name = WantedBy(program->job).standard;
  if (!known.empty()) program->standard = std::string(known[0]);
  if (name.empty()) return absl::OkStatus();
  if (std::find(known.begin(), known.end(), name) == known.end())
    return NotAmong("standard", name, program->runtime->name(), known);
  program->standard = name;
  return absl::OkStatus();
}

// Its phases, as the variant and the standard have them.
absl::Status ChooseLanguage(Program* program) {
  JAIL_ASSIGN_OR_RETURN(program->runtime, ChooseRuntime(program->job));
  JAIL_RETURN_IF_ERROR(ChooseVariant(program));
  JAIL_RETURN_IF_ERROR(ChooseStandard(program));
  const bool needs_compiler = program->job.has_compiled() || program->job.compile_only();
  if (!needs_compiler || program->runtime->has_compile()) return absl::OkStatus();
  return Bad(program->job.has_compiled() ? "language" : "compile_only",
             absl::StrCat(program->runtime->name(), " is not compiled: it runs from its source"));
}

absl::StatusOr<Program> ReadProgram(const v1::JobSpec& job, const v1::Site& site, const Host& host) {
  Program program(job, site, host);
  if (!job.command().empty()) return program;
  const absl::Status chosen = ChooseLanguage(&program);
  if (!chosen.ok() && job.has_compiled())
    return absl::Status(chosen.code(), absl::StrCat("compiled.", chosen.message()));
  JAIL_RETURN_IF_ERROR(chosen);
  program.entry = job.compiled().entry_path();
  if (job.has_compiled()) return program;
  JAIL_RETURN_IF_ERROR(NameFirstFile(program.runtime->default_path(), &program.files));
  JAIL_ASSIGN_OR_RETURN(program.entry, ChooseEntry(job, program.files));
  return program;
}

// Names only: a slash or a dot would make a path of one.
absl::Status ChooseRootfs(const v1::JobSpec& job, const v1::Site& site, const Host& host, v1::RunPlan* plan) {
  plan->set_rootfs(RootfsOf(job, site));
  const std::string& name = plan->rootfs();
  if (host.image) {
    *plan->mutable_image() = *host.image;
    return absl::OkStatus();
  }
  if (name.find('\0') == std::string::npos && plan::FindRootView(name.c_str()) != nullptr)
    return absl::OkStatus();
  std::vector<absl::string_view> known;
  for (int i = 0; plan::RootViewAt(i) != nullptr; ++i) known.push_back(plan::RootViewAt(i)->name);
  known.insert(known.end(), host.image_names.begin(), host.image_names.end());
  return Bad("rootfs", absl::StrCat("no root ", Quoted(name), DidYouMean(name, known), " (known: ",
                                    absl::StrJoin(known, ", "), "; root makes images: make rootfs)"));
}

absl::Status SetPolicy(const std::string& name, v1::PhasePlan* phase) {
  const bool usable = name != kInitPolicy && name.find('\0') == std::string::npos;
  if (const plan::CompiledPolicy* policy = usable ? plan::FindPolicy(name.c_str()) : nullptr) {
    phase->set_policy(name);
    phase->set_policy_sha256(policy->sha256, sizeof policy->sha256);
    return absl::OkStatus();
  }
  std::vector<absl::string_view> known;
  for (int i = 0; plan::PolicyAt(i) != nullptr; ++i) {
    if (plan::PolicyAt(i)->name != kInitPolicy) known.push_back(plan::PolicyAt(i)->name);
  }
  return Bad("policy", absl::StrCat("no policy ", Quoted(name), DidYouMean(name, known),
                                    " (known: ", absl::StrJoin(known, ", "), ")"));
}

// What the compiler makes of the entry: "src/main.ts" becomes "src/main.js".
std::string BuiltPath(const Program& program) {
  const std::string& entry = program.entry;
  if (program.runtime == nullptr) return entry;
  const size_t dot = entry.rfind('.');
  if (dot == std::string::npos) return entry;
  const auto extension = program.runtime->built_extensions().find(entry.substr(dot + 1));
  if (extension == program.runtime->built_extensions().end()) return entry;
  return absl::StrCat(entry.substr(0, dot + 1), extension->second);
}

// What stands for {words} in a runtime's argv and environment; the phase's limits are known by now.
class Substitutions {
 public:
  Substitutions(const Program& program, const v1::Limits& limits)
      : texts_({{"{entry}", absl::StrCat(kWork, "/", program.entry)},
                {"{built}", BuiltPath(program)},
                {"{work}", std::string(kWork)},
                {"{memory_mib}", InMiB(limits.memory_bytes())},
                {"{soft_memory_mib}", InMiB(limits.memory_bytes() / 10 * 9)},
                {"{stack_mib}", InMiB(limits.stack_bytes())},
                {"{standard}", program.standard}}) {}

  std::string In(const std::string& text) const { return absl::StrReplaceAll(text, texts_); }

 private:
  static std::string InMiB(int64_t bytes) { return absl::StrCat(std::max<int64_t>(1, bytes >> 20)); }

  std::vector<std::pair<absl::string_view, std::string>> texts_;
};

void SetEnv(const google::protobuf::Map<std::string, std::string>& runtime, const Program& program,
            const google::protobuf::Map<std::string, std::string>& job, v1::PhasePlan* phase) {
  const Substitutions substitutions(program, phase->limits());
  std::map<std::string, std::string> env;
  for (const Variable& variable : kFixedEnv) env[variable.name] = variable.value;
  for (const auto& [name, value] : runtime) env[name] = substitutions.In(value);
  for (const auto& [name, value] : job) env[name] = value;
  for (const auto& [name, value] : env) phase->add_env(absl::StrCat(name, "=", value));
}

absl::Status SetHostProgram(const Program& program, v1::PhasePlan* phase) {
  JAIL_ASSIGN_OR_RETURN(*phase->mutable_argv(0),
                        ChooseProgram(*program.runtime, phase->argv(0), program.host));
  return absl::OkStatus();
}

void SetArgv(const google::protobuf::RepeatedPtrField<std::string>& pattern, const Program& program,
             v1::PhasePlan* phase) {
  const Substitutions substitutions(program, phase->limits());
  for (const std::string& element : pattern) {
    if (element == "{args}") {
      phase->mutable_argv()->MergeFrom(program.job.args());
      continue;
    }
    phase->add_argv(substitutions.In(element));
  }
}

// /app is the loader's: a program with something of its own there is started cold. So is one with little
// memory or few processes, of which what a loader has loaded ahead, or its runtime's threads, would take too
// much.
bool CanBeParked(const Program& program, const v1::PhasePlan& phase) {
  constexpr int64_t kMemoryFloors = 4;
  constexpr int32_t kProcessFloors = 2;
  if (phase.limits().memory_bytes() < kMemoryFloors * phase.floor_memory_bytes()) return false;
  if (phase.limits().processes() < kProcessFloors * phase.floor_processes()) return false;
  return std::none_of(program.files.begin(), program.files.end(),
                      [](const v1::SourceFile& file) { return file.executable(); });
}

// `phase` has all else by now.
void SetParked(const v1::Runtime::Phase& pattern, const Program& program, v1::PhasePlan* phase) {
  if (!pattern.has_parked() || !CanBeParked(program, *phase)) return;
  const Substitutions substitutions(program, phase->limits());
  v1::ParkedStart& parked = *phase->mutable_parked();
  const std::string loader = absl::StrCat("/app/", pattern.parked().loader());
  for (const std::string& element : pattern.parked().argv())
    parked.add_argv(absl::StrReplaceAll(substitutions.In(element), {{"{loader}", loader}}));
  parked.set_argv(0, phase->argv(0));  // As this host has it.
  const auto& argv = pattern.argv();
  const auto first = std::find(argv.begin(), argv.end(), pattern.parked().program());
  parked.set_program_argv(static_cast<int32_t>(first - argv.begin()));
  parked.set_loader(pattern.parked().loader());
  parked.set_takes_products(pattern.parked().takes_products());
  *parked.mutable_foreseen() = pattern.parked().foreseen();
}

// The kernel allows a quarter of the stack for all strings and pointers, but 6 MiB at most and 128 KiB
// always; beyond that exec says E2BIG, which would look like a failure of ours.
absl::Status CheckStrings(const v1::PhasePlan& phase) {
  constexpr int64_t kLeast = int64_t{128} << 10;
  constexpr int64_t kMost = int64_t{6} << 20;
  int64_t size = 0;
  for (const std::string& text : phase.argv()) size += static_cast<int64_t>(text.size()) + 1 + 8;
  for (const std::string& text : phase.env()) size += static_cast<int64_t>(text.size()) + 1 + 8;
  const int64_t most = std::max(kLeast, std::min(kMost, phase.limits().stack_bytes() / 4));
  if (size > most) {
    return Bad("args", absl::StrCat("with env they take ", FormatBytes(size), ", over the kernel's ",
                                    FormatBytes(most)));
  }
  if (static_cast<uint32_t>(phase.argv_size()) > plan::kMaxStrings) return Bad("args", "are too many");
  if (static_cast<uint32_t>(phase.env_size()) > plan::kMaxStrings)
    return Bad("env", "has too many variables");
  return absl::OkStatus();
}

// Sources lie on the jail's own small disk, under the program's own limits; better to say here that they
// do not fit. Executables lie in /app, which the program cannot write to.
absl::Status CheckSources(const std::vector<v1::SourceFile>& files, const v1::Limits& limits) {
  constexpr int64_t kPage = 4096;
  int64_t bytes = 0;
  int64_t disk = 0;
  int64_t largest = 0;
  int64_t inodes = 0;
  for (const v1::SourceFile& file : files) {
    const int64_t size = static_cast<int64_t>(file.content().size());
    bytes += size;
    if (file.executable()) continue;
    ++inodes;
    largest = std::max(largest, size);
    disk += (size + kPage - 1) / kPage * kPage;
  }
  if (bytes > limits.source_bytes()) {
    return Bad("files", absl::StrCat("are ", bytes, " bytes together, over limits.source_bytes of ",
                                     limits.source_bytes()));
  }
  if (disk > limits.disk_bytes()) {
    return Bad("files", absl::StrCat("take ", FormatBytes(disk), " of disk, over limits.disk_bytes of ",
                                     FormatBytes(limits.disk_bytes())));
  }
  if (largest > limits.file_bytes()) {
    return Bad("files", absl::StrCat("the largest has ", FormatBytes(largest), ", over limits.file_bytes of ",
                                     FormatBytes(limits.file_bytes())));
  }
  if (inodes <= limits.disk_inodes()) return absl::OkStatus();
  return Bad("files", absl::StrCat(inodes, " are more than limits.disk_inodes of ", limits.disk_inodes()));
}

absl::Status AddCompilePhase(const Program& program, v1::RunPlan* plan) {
  const v1::Runtime::Phase& compile = program.compile;
  v1::PhasePlan& phase = *plan->add_phases();
  phase.set_kind(v1::PhasePlan::KIND_COMPILE);
  JAIL_ASSIGN_OR_RETURN(*phase.mutable_limits(), ResolveLimits(phase.kind(), compile.limits(),
                                                               program.job.compile_limits(), program.site));
  SetEnv(compile.env(), program, {}, &phase);
  SetArgv(compile.argv(), program, &phase);
  JAIL_RETURN_IF_ERROR(SetHostProgram(program, &phase));
  phase.set_floor_memory_bytes(program.runtime->compile_floor_memory_bytes());
  phase.set_floor_processes(program.runtime->compile_floor_processes());
  *phase.mutable_products() = compile.products();
  *phase.mutable_resident_files() = compile.resident_files();
  *phase.mutable_files() = {program.files.begin(), program.files.end()};
  SetParked(compile, program, &phase);
  return SetPolicy(compile.policy(), &phase);
}

// What is known of the language: how little it needs, how it says what stopped it.
void SetTraits(const Program& program, v1::PhasePlan* phase) {
  if (program.runtime == nullptr) return;
  phase->set_floor_memory_bytes(program.runtime->floor_memory_bytes());
  phase->set_floor_processes(program.runtime->floor_processes());
  *phase->mutable_memory_signs() = program.runtime->memory_signs();
  *phase->mutable_report_signs() = program.runtime->report_signs();
  if (program.variant == nullptr) return;
  phase->mutable_memory_signs()->MergeFrom(program.variant->memory_signs());
  phase->mutable_report_signs()->MergeFrom(program.variant->report_signs());
}

absl::Status AddRunPhase(const Program& program, v1::RunPlan* plan) {
  const v1::JobSpec& job = program.job;
  const v1::Runtime::Phase& run = program.run;
  v1::PhasePlan& phase = *plan->add_phases();
  phase.set_kind(v1::PhasePlan::KIND_RUN);
  JAIL_ASSIGN_OR_RETURN(*phase.mutable_limits(),
                        ResolveLimits(phase.kind(), run.limits(), job.limits(), program.site));
  JAIL_RETURN_IF_ERROR(CheckSources(program.files, phase.limits()));
  SetEnv(run.env(), program, job.env(), &phase);
  *phase.mutable_argv() = job.command();
  if (program.runtime == nullptr) phase.mutable_argv()->MergeFrom(job.args());
  SetArgv(run.argv(), program, &phase);
  if (program.runtime != nullptr) JAIL_RETURN_IF_ERROR(SetHostProgram(program, &phase));
  *phase.mutable_artifact_globs() = job.artifact_globs();
  *phase.mutable_resident_files() = run.resident_files();
  SetTraits(program, &phase);
  *phase.mutable_files() = {program.files.begin(), program.files.end()};
  if (program.runtime != nullptr && job.command().empty()) SetParked(run, program, &phase);
  JAIL_RETURN_IF_ERROR(CheckStrings(phase));
  if (!job.policy().empty()) return SetPolicy(job.policy(), &phase);
  return SetPolicy(run.policy().empty() ? std::string(kDefaultPolicy) : run.policy(), &phase);
}

// One answer for "unset", so that nothing later has to know what unset means.
void SetChoices(const v1::JobSpec& job, v1::RunPlan* plan) {
  const bool best_effort = job.enforcement() == v1::ENFORCEMENT_BEST_EFFORT;
  plan->set_enforcement(best_effort ? v1::ENFORCEMENT_BEST_EFFORT : v1::ENFORCEMENT_STRICT);
  const bool end_run = job.output_overflow() == v1::OUTPUT_OVERFLOW_END_RUN;
  plan->set_output_overflow(end_run ? v1::OUTPUT_OVERFLOW_END_RUN : v1::OUTPUT_OVERFLOW_DROP);
  *plan->mutable_required_protections() = job.required_protections();
}

}  // namespace

std::string RootfsOf(const v1::JobSpec& job, const v1::Site& site) {
  if (!job.rootfs().empty()) return job.rootfs();
  return site.rootfs().empty() ? std::string(kDefaultRootfs) : site.rootfs();
}

std::vector<std::string> ProgramsToLookFor(const v1::JobSpec& job) {
  if (!job.command().empty()) return {};
  const absl::StatusOr<const v1::Runtime*> runtime = ChooseRuntime(job);
  return runtime.ok() ? HostPrograms(**runtime) : std::vector<std::string>();
}

absl::StatusOr<v1::RunPlan> Resolve(const v1::JobSpec& job, const v1::Site& site, const Host& host) {
  JAIL_RETURN_IF_ERROR(CheckJob(job));
  JAIL_ASSIGN_OR_RETURN(const Program program, ReadProgram(job, site, host));
  v1::RunPlan plan;
  plan.set_job_id(job.job_id());
  if (program.runtime != nullptr) {
    plan.set_runtime(program.runtime->name());
    plan.set_runtime_version(program.runtime->display_name());
    plan.set_variant(WantedBy(job).variant);
    plan.set_standard(program.standard);
  }
  JAIL_RETURN_IF_ERROR(ChooseRootfs(job, site, host, &plan));
  plan.set_hostname(std::string(kHostname));
  plan.set_stdin(job.stdin());
  SetChoices(job, &plan);
  plan.set_entry_path(program.entry);
  if (program.runtime != nullptr && program.runtime->has_compile() && !job.has_compiled()) {
    JAIL_RETURN_IF_ERROR(AddCompilePhase(program, &plan));
  }
  // Checked like any other, though it is not to be: what compiles can be run.
  JAIL_RETURN_IF_ERROR(AddRunPhase(program, &plan));
  if (job.compile_only()) plan.mutable_phases()->RemoveLast();
  return plan;
}

}  // namespace jail::resolve
