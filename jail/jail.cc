#include "jail/jail.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <optional>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "jail/base/clock.h"
#include "jail/base/errno_name.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/base/units.h"
#include "jail/base/utf8.h"
#include "jail/cache/artifact_cache.h"
#include "jail/cache/key.h"
#include "jail/image/image.h"
#include "jail/launcher_path.h"
#include "jail/plan/builtin.h"
#include "jail/plan/cpu_set.h"
#include "jail/plan/layout.h"
#include "jail/plan/seal.h"
#include "jail/resolve/catalog.h"
#include "jail/resolve/job_check.h"
#include "jail/resolve/resolve.h"
#include "jail/resolve/site.h"
#include "jail/watch/caller_io.h"
#include "jail/watch/collect.h"
#include "jail/watch/hints.h"
#include "jail/watch/isolation.h"
#include "jail/watch/page_cache.h"
#include "jail/watch/record.h"
#include "jail/watch/run_phase.h"
#include "jail/watch/start.h"
#include "jail/watch/verdict.h"

namespace jail {
namespace {

static_assert(Io::kFirstChannelFd == plan::kFirstChannelFd && Io::kMaxChannels == plan::kMaxChannels);

bool IsJobId(absl::string_view id) {
  constexpr size_t kMostCharacters = 64;
  return !id.empty() && id.size() <= kMostCharacters && std::all_of(id.begin(), id.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
  });
}

// What is not allowed as an id is not repeated either; Resolve says what is wrong with it.
std::string JobId(const v1::JobSpec& job) {
  if (IsJobId(job.job_id())) return job.job_id();
  std::array<char, 8> random = {};
  // Cannot fail for so few bytes once the kernel has booted.
  if (getrandom(random.data(), random.size(), 0) < 0) return "job";
  return absl::StrCat("job-", absl::BytesToHexString(absl::string_view(random.data(), random.size())));
}

// The field in front of a message: "limits.memory_bytes: 8 GiB is over ..." has "limits.memory_bytes".
std::string FieldOf(absl::string_view message) {
  const absl::string_view field = message.substr(0, message.find(':'));
  const bool named = !field.empty() && field.size() < message.size() &&
                     field.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.[]") == field.npos;
  return named ? std::string(field) : std::string();
}

// Bad input is the caller's to mend; what else can go wrong before the helper runs is this host's.
v1::Failure FromStatus(absl::string_view step, const absl::Status& status) {
  v1::Failure failure;
  failure.set_step(std::string(step));
  failure.set_message(ToUtf8(status.message()));
  failure.set_field(FieldOf(status.message()));
  if (!failure.field().empty() || absl::IsInvalidArgument(status)) {
    failure.set_origin(v1::Failure::ORIGIN_CALLER);
    failure.set_hint("Nothing was run: correct the job and send it again");
  } else if (const absl::optional<absl::Cord> cure = status.GetPayload(resolve::kCureUrl)) {
    failure.set_origin(v1::Failure::ORIGIN_HOST);
    failure.set_hint(std::string(*cure));
  } else {
    failure.set_origin(v1::Failure::ORIGIN_HOST);
    failure.set_retryable(true);
    failure.set_hint("This process or this machine has run out of something: run fewer jobs at once");
  }
  return failure;
}

// What depends on this process and not on the job alone.
absl::Status CheckCpus(const v1::RunPlan& plan) {
  for (const v1::PhasePlan& phase : plan.phases()) {
    if (!phase.limits().has_cpu_set()) continue;
    JAIL_ASSIGN_OR_RETURN(const plan::CpuSet cpus, plan::ParseCpuSet(phase.limits().cpu_set()));
    const absl::Status allowed = plan::CheckCpusAllowed(cpus, plan::OwnCpus());
    const bool compiling = phase.kind() == v1::PhasePlan::KIND_COMPILE;
    if (allowed.ok()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(compiling ? "compile_limits.cpu_set: " : "limits.cpu_set: ", allowed.message()));
  }
  return absl::OkStatus();
}

bool IsBuiltin(const std::string& rootfs) {
  return rootfs.find('\0') == std::string::npos && plan::FindRootView(rootfs.c_str()) != nullptr;
}

RootFiles ImageFiles(image::Image image) {
  const auto shared = std::make_shared<const image::Image>(std::move(image));
  return {/*image=*/true, [shared](const std::string& path) { return shared->Has(path); },
          [shared](const std::string& path) { return shared->CanExecute(path); }};
}

absl::Status WithCure(absl::Status status) {
  status.SetPayload(resolve::kCureUrl, absl::Cord("As root: rootfs/build NAME makes the image anew"));
  return status;
}

// By name only: whether it starts shows in the jail.
absl::StatusOr<resolve::Host> LookAtHost(const v1::JobSpec& job, const v1::Site& site) {
  resolve::Host host;
  RootFiles files = HostFiles();
  const std::string rootfs = resolve::RootfsOf(job, site);
  if (!IsBuiltin(rootfs)) {
    absl::StatusOr<image::Image> image = image::FindImage(rootfs);
    if (absl::IsNotFound(image.status())) {
      host.image_names = image::ImageNames();
      return host;
    }
    if (!image.ok()) return WithCure(image.status());
    host.image.emplace().set_folder(image->folder);
    host.image->set_sha256(image->sha256);
    files = ImageFiles(*std::move(image));
  }
  for (const std::string& program : resolve::ProgramsToLookFor(job)) {
    if (files.can_execute(program)) host.programs.insert(program);
  }
  return host;
}

absl::StatusOr<v1::RunPlan> ResolveHere(const v1::JobSpec& job, const v1::Site& site) {
  JAIL_ASSIGN_OR_RETURN(const resolve::Host host, LookAtHost(job, site));
  JAIL_ASSIGN_OR_RETURN(v1::RunPlan plan, resolve::Resolve(job, site, host));
  JAIL_RETURN_IF_ERROR(CheckCpus(plan));
  return plan;
}

// No more than the jail could hold, nor than a plan or a record can.
watch::CollectBounds BoundsOf(const v1::Limits& limits) {
  watch::CollectBounds bounds;
  bounds.total_bytes = std::min<int64_t>(limits.disk_bytes(), plan::kMaxPlanBytes);
  return bounds;
}

v1::Artifact ToArtifact(watch::CollectedFile file) {
  v1::Artifact artifact;
  artifact.set_path(ToUtf8(file.path));
  if (!IsUtf8(file.path)) artifact.set_path_bytes(file.path);
  artifact.set_content(std::move(file.content));
  artifact.set_total_bytes(file.total_bytes);
  artifact.set_truncated(file.truncated);
  return artifact;
}

// One that no message can hold.
bool HasOddName(const std::vector<v1::SourceFile>& products) {
  return std::any_of(products.begin(), products.end(),
                     [](const v1::SourceFile& product) { return !IsUtf8(product.path()); });
}

// One call of Jail::Run: the job, and the record as it grows.
class JobRun {
 public:
  JobRun(const Site& site, const cache::ArtifactCache* cache, const v1::JobSpec& job, const Io& io)
      : site_(site), cache_(cache), job_(job), io_(io) {}

  v1::ResultRecord Run() && {
    const int64_t start_ns = MonotonicNs();
    record_.set_job_id(JobId(job_));
    record_.mutable_timeline()->set_started_unix_us(absl::ToUnixMicros(absl::Now()));
    if (IoIsUsable() && MakePlan()) RunPhases();
    record_.mutable_timeline()->set_total_us((MonotonicNs() - start_ns) / kNsPerUs);
    return std::move(record_);
  }

 private:
  bool IoIsUsable() {
    const std::pair<const char*, int> fds[] = {
        {"io.stdin_fd", io_.stdin_fd},   {"io.stdout_fd", io_.stdout_fd},
        {"io.stderr_fd", io_.stderr_fd}, {"io.compiler_fd", io_.compiler_fd},
        {"io.cancel_fd", io_.cancel_fd}, {"io.signal_fd", io_.signal_fd}};
    for (const auto& [field, fd] : fds) {
      if (fd < 0 || fcntl(fd, F_GETFD) >= 0) continue;
      return Refuse(FromStatus(
          "check_io", absl::InvalidArgumentError(absl::StrCat(field, ": descriptor ", fd, " is not open"))));
    }
    const bool usable =
        io_.channels == 0 || (io_.channels > 0 && io_.channels <= Io::kMaxChannels && io_.on_channels);
    if (usable) return true;
    return Refuse(FromStatus(
        "check_io", absl::InvalidArgumentError(absl::StrCat("io.channels: ", io_.channels, " is not 0 to ",
                                                            Io::kMaxChannels, ", or nobody takes them"))));
  }

  bool MakePlan() {
    const int64_t start_ns = MonotonicNs();
    absl::StatusOr<v1::RunPlan> plan = ResolveHere(job_, site_.config);
    record_.mutable_timeline()->set_resolve_us((MonotonicNs() - start_ns) / kNsPerUs);
    if (!plan.ok()) return Refuse(FromStatus("resolve", plan.status()));
    plan_ = *std::move(plan);
    watch::DescribeJob(job_, plan_, record_.mutable_provenance());
    products_.assign(job_.compiled().products().begin(), job_.compiled().products().end());
    return true;
  }

  void RunPhases() {
    for (const v1::PhasePlan& phase : plan_.phases()) {
      const bool compiling = phase.kind() == v1::PhasePlan::KIND_COMPILE;
      if (io_.on_phase) io_.on_phase(compiling ? v1::PhaseResult::KIND_COMPILE : v1::PhaseResult::KIND_RUN);
      const bool done = compiling ? Compile(phase) : RunOne(phase);
      if (!done) return;
    }
    if (job_.compile_only()) ReturnCompiled();
  }

  // By the compiler, or what it made of the same input before.
  bool Compile(const v1::PhasePlan& phase) {
    if (cache_ == nullptr) return RunOne(phase);
    const std::string key = KeyOf(phase);
    if (std::optional<v1::CompiledArtifact> kept = cache_->Find(key)) return Take(*std::move(kept));
    return RunOne(phase) && Keep(key);
  }

  std::string KeyOf(const v1::PhasePlan& phase) const {
    return cache::KeyOf(plan_, phase, job_.tenant(), cache::ToolchainWitnesses());
  }

  // For another job: the record's `compiled`.
  void ReturnCompiled() {
    v1::PhaseResult* phase = record_.mutable_phases(record_.phases_size() - 1);
    if (HasOddName(products_)) {
      phase->set_verdict(v1::VERDICT_COMPILE_ERROR);
      record_.set_verdict(v1::VERDICT_COMPILE_ERROR);
      record_.set_summary("The compiler left a file whose name is no UTF-8: that cannot be given back.");
      return;
    }
    if (record_.verdict() == v1::VERDICT_UNSPECIFIED) {  // From the cache: no phase of this run has set it.
      record_.set_verdict(phase->verdict());
      record_.set_summary("Compiled before; taken from the cache.");
    }
    v1::CompiledProgram* compiled = record_.mutable_compiled();
    compiled->set_format(std::string(resolve::kCompiledFormat));
    compiled->set_language(plan_.runtime());
    compiled->set_variant(plan_.variant());
    compiled->set_standard(plan_.standard());
    compiled->set_entry_path(plan_.entry_path());
    compiled->set_input_sha256(KeyOf(plan_.phases(0)));
    for (v1::SourceFile& product : products_) *compiled->add_products() = std::move(product);
  }

  bool Take(v1::CompiledArtifact kept) {
    for (v1::SourceFile& product : *kept.mutable_products()) products_.push_back(std::move(product));
    v1::PhaseResult* phase = record_.add_phases();
    *phase = std::move(*kept.mutable_compile());
    phase->set_cached(true);
    for (const v1::Output* output : {&phase->stdout(), &phase->stderr()}) {
      watch::Deliver(CompilerFd(), absl::StrCat(output->content(), output->tail()), io_.cancel_fd);
    }
    return true;
  }

  // Always true: what cannot be kept is compiled again, and the record says why.
  bool Keep(const std::string& key) {
    v1::PhaseResult* phase = record_.mutable_phases(record_.phases_size() - 1);
    v1::CompiledArtifact artifact;
    artifact.mutable_products()->Assign(products_.begin(), products_.end());
    *artifact.mutable_compile() = *phase;
    const absl::Status status = HasOddName(products_)
                                    ? absl::InvalidArgumentError("the name of a file is no UTF-8")
                                    : cache_->Keep(key, artifact);
    if (!status.ok()) phase->set_not_kept_because(ToUtf8(status.message()));
    return true;
  }

  // True when the next phase may follow.
  bool RunOne(const v1::PhasePlan& phase) {
    plan::SealOptions options;
    if (site_.rootless) options.flags |= plan::kRootless;
    const bool compiling = phase.kind() == v1::PhasePlan::KIND_COMPILE;
    options.channels = compiling ? 0 : io_.channels;
    const absl::StatusOr<plan::SealedPlan> sealed = plan::Seal(plan_, phase, products_, options);
    if (!sealed.ok()) return Refuse(FromStatus("seal_plan", sealed.status()));
    record_.mutable_provenance()->set_plan_sha256(std::string(sealed->sha256.begin(), sealed->sha256.end()));

    watch::BringIn(plan_, phase);
    watch::PhaseOutcome outcome =
        watch::RunPhase({site_.launcher_path, sealed->fd.get(), &plan_, &phase, Connect(phase),
                         TakeParked(phase, options), products_, options.channels, io_.on_channels});
    watch::CheckRequired(&outcome.facts);
    watch::Judgement judgement = watch::Judge(outcome.facts);
    if (compiling) {
      CollectProducts(outcome, &judgement);
    } else {
      CollectArtifacts(outcome);
    }
    watch::AddPhase(std::move(outcome.facts), judgement, &record_);
    Conclude(judgement);
    return judgement.verdict == v1::VERDICT_OK;
  }

  std::optional<Helper> TakeParked(const v1::PhasePlan& phase, const plan::SealOptions& options) const {
    if (site_.parking == nullptr) return std::nullopt;
    absl::StatusOr<std::string> shape = ShapeOf(phase, options);
    return shape.ok() ? site_.parking->Take({*std::move(shape)}) : std::nullopt;
  }

  // With its runtime in it, where the language allows that and a loader can put all of the program in its
  // place. Rootless, nothing could tell the runtime's CPU time from the program's.
  absl::StatusOr<std::string> ShapeOf(const v1::PhasePlan& phase, const plan::SealOptions& options) const {
    const v1::ParkedStart& parked = phase.parked();
    if (phase.has_parked() && (products_.empty() || parked.takes_products()) && !site_.rootless)
      return plan::ComposeRuntimeShape(plan_, phase, resolve::LoaderFiles(parked), options);
    if (options.channels > 0) return absl::UnavailableError("only a runtime is parked with channels");
    return plan::ComposeShape(plan_, phase, options);
  }

  int CompilerFd() const { return io_.compiler_fd >= 0 ? io_.compiler_fd : io_.stderr_fd; }

  // The program gets the caller's input and output; a compiler only speaks.
  watch::PumpRequest Connect(const v1::PhasePlan& phase) const {
    const bool compiling = phase.kind() == v1::PhasePlan::KIND_COMPILE;
    watch::PumpRequest request;
    request.output_limit_bytes = phase.limits().output_bytes();
    request.end_run_on_overflow = plan_.output_overflow() == v1::OUTPUT_OVERFLOW_END_RUN;
    request.stdin_fd = compiling ? -1 : io_.stdin_fd;
    if (!compiling) request.stdin_bytes = plan_.stdin();
    request.stdout_fd = compiling ? CompilerFd() : io_.stdout_fd;
    request.stderr_fd = compiling ? CompilerFd() : io_.stderr_fd;
    request.cancel_fd = io_.cancel_fd;
    request.signal_fd = io_.signal_fd;
    return request;
  }

  // What a compiler that said yes left behind, for the next phase. It runs a stranger's input, so its
  // word is not enough.
  void CollectProducts(const watch::PhaseOutcome& outcome, watch::Judgement* judgement) {
    const v1::PhasePlan& phase = *outcome.facts.phase;
    if (judgement->verdict != v1::VERDICT_OK || phase.products().empty()) return;
    const std::vector<std::string> paths(phase.products().begin(), phase.products().end());
    std::vector<watch::CollectedFile> files;
    const watch::Fault fault =
        watch::CollectExactly(outcome.work.get(), paths, BoundsOf(phase.limits()), &files);
    if (fault) {
      judgement->verdict = v1::VERDICT_COMPILE_ERROR;
      judgement->summary = absl::StrCat("The compiler exited with status 0 but left no usable ",
                                        Quoted(fault.subject), " (", ErrnoName(fault.error), ").");
    }
    for (watch::CollectedFile& file : files) {
      v1::SourceFile& product = products_.emplace_back();
      product.set_path(std::move(file.path));
      product.set_content(std::move(file.content));
    }
  }

  void CollectArtifacts(const watch::PhaseOutcome& outcome) {
    const v1::PhasePlan& phase = *outcome.facts.phase;
    if (phase.artifact_globs().empty() || !outcome.work.valid()) return;
    const std::vector<std::string> globs(phase.artifact_globs().begin(), phase.artifact_globs().end());
    for (watch::CollectedFile& file :
         watch::CollectGlobs(outcome.work.get(), globs, BoundsOf(phase.limits()))) {
      *record_.add_artifacts() = ToArtifact(std::move(file));
    }
  }

  // The last phase that ran speaks for the run.
  void Conclude(const watch::Judgement& judgement) {
    record_.set_verdict(judgement.verdict);
    record_.set_summary(judgement.summary);
    const bool failed =
        judgement.verdict == v1::VERDICT_REJECTED || judgement.verdict == v1::VERDICT_JAIL_ERROR;
    if (failed) *record_.mutable_failure() = judgement.failure;
  }

  // Always false, so that callers can return it.
  bool Refuse(v1::Failure failure) {
    const bool callers = failure.origin() == v1::Failure::ORIGIN_CALLER;
    record_.set_verdict(callers ? v1::VERDICT_REJECTED : v1::VERDICT_JAIL_ERROR);
    record_.set_summary(absl::StrCat(failure.message(), "."));
    *record_.mutable_failure() = std::move(failure);
    return false;
  }

  const Site& site_;
  const cache::ArtifactCache* cache_;
  const v1::JobSpec& job_;
  const Io& io_;
  v1::RunPlan plan_;
  std::vector<v1::SourceFile> products_;
  v1::ResultRecord record_;
};

}  // namespace

absl::StatusOr<Site> LoadSite() {
  Site site;
  site.launcher_path = kLauncherPath;
  JAIL_ASSIGN_OR_RETURN(site.config, resolve::LoadSite());
  return site;
}

absl::StatusOr<RootFiles> FilesOf(const std::string& rootfs) {
  if (rootfs.empty() || IsBuiltin(rootfs)) return HostFiles();
  JAIL_ASSIGN_OR_RETURN(image::Image image, image::FindImage(rootfs));
  return ImageFiles(std::move(image));
}

std::vector<std::string> RootNames() {
  std::vector<std::string> names;
  for (int i = 0; const plan::RootView* view = plan::RootViewAt(i); ++i) names.emplace_back(view->name);
  for (std::string& name : image::ImageNames()) names.push_back(std::move(name));
  return names;
}

absl::StatusOr<std::unique_ptr<Jail>> Jail::Open(Site site) {
  if (faccessat(AT_FDCWD, site.launcher_path.c_str(), X_OK, AT_EACCESS) != 0) {
    const std::string message =
        absl::StrCat("the launcher ", Quoted(site.launcher_path), " ",
                     errno == ENOENT ? "does not exist" : "may not be executed", ": ", ErrnoName(errno));
    return errno == ENOENT ? absl::NotFoundError(message) : absl::PermissionDeniedError(message);
  }
  std::unique_ptr<cache::ArtifactCache> cache;
  if (!site.cache_folder.empty()) {
    JAIL_ASSIGN_OR_RETURN(cache::ArtifactCache opened,
                          cache::ArtifactCache::Open(site.cache_folder, site.cache_bytes));
    cache = std::make_unique<cache::ArtifactCache>(std::move(opened));
  }
  return absl::WrapUnique(new Jail(std::move(site), std::move(cache)));
}

Jail::Jail(Site site, std::unique_ptr<cache::ArtifactCache> cache)
    : site_(std::move(site)), cache_(std::move(cache)) {}

Jail::~Jail() = default;

v1::ResultRecord Jail::Run(const v1::JobSpec& job, const Io& io) const {
  return JobRun(site_, cache_.get(), job, io).Run();
}

absl::StatusOr<v1::RunPlan> Jail::Resolve(const v1::JobSpec& job) const {
  return ResolveHere(job, site_.config);
}

// Best effort, so that one run shows everything that is missing and not only the first thing; and with
// every limit that a job has only when it asks, wide enough not to matter.
v1::ResultRecord Jail::Probe() const {
  v1::JobSpec job;
  job.add_command("/usr/bin/true");
  job.set_enforcement(v1::ENFORCEMENT_BEST_EFFORT);
  v1::Limits& limits = *job.mutable_limits();
  limits.set_cpu_millicores(1000);
  limits.set_cpu_set(plan::FormatCpuSet(plan::OwnCpus()));
  limits.set_io_read_bytes_per_second(int64_t{1} << 30);
  limits.set_io_write_bytes_per_second(int64_t{1} << 30);
  return Run(job);
}

v1::SweepReport Jail::Sweep() const {
  plan::Swept swept = {};
  const watch::Fault fault = watch::Sweep(site_.launcher_path, &swept);
  v1::SweepReport report;
  report.set_privileged(swept.privileged == 1);
  report.set_runs_removed(swept.runs);
  report.set_groups_removed(swept.removed.groups);
  report.set_processes_killed(swept.removed.processes);
  report.set_runs_alive(swept.alive);
  report.set_runs_dying(swept.dying);
  if (fault) *report.mutable_failure() = watch::Explain(fault, watch::Asked::kCommand);
  return report;
}

const v1::RuntimeCatalog& Jail::Runtimes() const { return resolve::Catalog(); }

absl::StatusOr<const v1::Runtime*> Jail::FindLanguage(absl::string_view name) const {
  return resolve::FindLanguage(name);
}

}  // namespace jail
