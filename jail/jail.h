// The public API of jailrun as a library, and the one header the layers above the core include.
//
//   auto jail = jail::Jail::Open(jail::DefaultSite());
//   jail::v1::JobSpec job;
//   job.set_language("python");
//   auto* file = job.add_files();
//   file->set_path("main.py");
//   file->set_content("print('hello')");
//   jail::v1::ResultRecord record = (*jail)->Run(job);
#ifndef JAIL_JAIL_H_
#define JAIL_JAIL_H_

#include <unistd.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jail/base/fd.h"
#include "jail/base/helper.h"
#include "jail/v1/job.pb.h"
#include "jail/v1/plan.pb.h"
#include "jail/v1/result.pb.h"
#include "jail/v1/runtime.pb.h"
#include "jail/v1/site.pb.h"

namespace jail {

namespace cache {
class ArtifactCache;
}
namespace watch {
class HelperServer;
}

// What a jail is built from before its job is known, of all that a job says: root, policy, disk, rates,
// layers; and where its runtime is started ahead, its limits and environment too. The bytes of a plan for the
// helper; jobs of equal bytes may have each other's jails.
struct Shape {
  std::string plan;
};

// Where runs look for a jail that is ready. Thread-safe; jail/pool has two.
class Parking {
 public:
  virtual ~Parking() = default;
  // One of this shape, for this run only; none: the run builds its own. Waits for as long as that would take
  // at most.
  virtual std::optional<Helper> Take(const Shape& shape) = 0;
};

// Starts to build a jail that then waits for its job. Pipes, process and all go with what is returned.
absl::StatusOr<Helper> Park(const std::string& launcher_path, const Shape& shape);
// The same by a helper that lives on, which costs less for each; and where the language allows that its
// runtime is forked from one that has been started before (`zygotes`). Not thread-safe.
class Launcher {
 public:
  Launcher(std::string launcher_path, bool zygotes);
  // Waits until all that it has started is gone, unless abandoned.
  ~Launcher();
  absl::StatusOr<Helper> Park(const Shape& shape);
  void Abandon();

 private:
  const std::string path_;
  const bool zygotes_;
  std::unique_ptr<watch::HelperServer> server_;
};
// Whether it waits by now; it says so once, by its control socket. An error: it will not, ever. Does not
// wait.
absl::StatusOr<bool> IsParked(Helper* helper);
// Waits for a helper's end, so that none stays a zombie.
void Bury(int pidfd);

// Where this installation keeps its parts, and its ceilings. Loaded once, then immutable.
struct Site {
  std::string launcher_path;  // Absolute path of jail-launch.
  v1::Site config;
  bool rootless = false;  // Never use privilege, even when there is some.
  // Where what compilers make is kept and found again, an absolute path; this process makes it and nobody
  // else may write to it. Empty: nowhere.
  std::string cache_folder;
  int64_t cache_bytes = int64_t{1} << 30;  // In all; beyond it what was used least recently goes.
  std::shared_ptr<Parking> parking;        // Null: every run builds its own jail.
};

// The compiled-in launcher beside /etc/jailrun/site.textproto, when that file exists.
// Errors name the file and the line.
absl::StatusOr<Site> LoadSite();

// The files of a root, by absolute paths. Links are followed.
struct RootFiles {
  bool image;  // Or this machine's own.
  std::function<bool(const std::string& path)> has;
  std::function<bool(const std::string& path)> can_execute;
};
// This machine's own, as "host" has them.
inline RootFiles HostFiles() {
  return {/*image=*/false, [](const std::string& path) { return access(path.c_str(), F_OK) == 0; },
          [](const std::string& path) { return access(path.c_str(), X_OK) == 0; }};
}
// By name, as in JobSpec.rootfs: also an image's, by its list. NotFoundError; FailedPreconditionError:
// damaged.
absl::StatusOr<RootFiles> FilesOf(const std::string& rootfs);
// "host" and the images that this machine has.
std::vector<std::string> RootNames();

// How a run is connected while it lives. All members may stay empty.
// The program never gets these descriptors themselves: everything goes through pipes of ours, and no
// flag of them is changed. A descriptor that is not open is refused by name ("io.stdout_fd").
//
// A caller that reads slowly does not slow the program down within its output limit; past that the
// program waits for the caller, under its own wall-time limit. When the jail has ended, Run still
// delivers what is due and waits for a caller that does not read; `cancel_fd` ends that wait. A caller
// that has gone (EPIPE) ends nothing; the record has everything that the limits let it keep.
struct Io {
  // Read until end of file and fed to the run phase. Not valid: JobSpec.stdin, then end of file.
  int stdin_fd = -1;
  // Where the run phase's output goes live, up to the output limit; a compiler's goes to stderr_fd.
  // -1: nowhere; the record keeps it either way.
  int stdout_fd = -1;
  int stderr_fd = -1;
  int compiler_fd = -1;  // Where a compiler's output goes live instead.
  // Called as a phase begins, in the thread that runs. What the one before it had to say has been delivered
  // by then; from the program's on `compiler_fd` is not used any more.
  std::function<void(v1::PhaseResult::Kind kind)> on_phase;
  // Readable means: stop, with verdict CANCELLED.
  int cancel_fd = -1;
  // A pipe or a socket. Each byte read from it is the number of a signal, one of kSendableSignals
  // (jail/base/signals.h; any other is passed over), for what runs then: the compiler, or the program. Before
  // it runs they wait. Nothing waits for the end of file; the record says what was sent
  // (PhaseResult.signals).
  int signal_fd = -1;
  // Unix stream sockets that the program gets, in the run phase, as descriptors kFirstChannelFd and up; at
  // most kMaxChannels. `on_channels`, which there must be then, gets the other ends once, before the
  // program's end and in the thread that runs; not when the job is refused. Who reads from one reads what a
  // stranger writes.
  int channels = 0;
  std::function<void(std::vector<Fd>)> on_channels;
  static constexpr int kFirstChannelFd = 5;
  static constexpr int kMaxChannels = 8;
};

// Thread-safe. Every outcome is a record: no exception, no second error path.
class Jail {
 public:
  // NotFoundError or PermissionDeniedError when the launcher cannot be used; any error of the cache's folder.
  static absl::StatusOr<std::unique_ptr<Jail>> Open(Site site);
  ~Jail();

  v1::ResultRecord Run(const v1::JobSpec& job, const Io& io = {}) const;

  // What Run would do, without doing it. Pure, but that CPUs must be among this process's. The message names
  // the offending field first: "limits.memory_bytes: 8 GiB is over this site's ceiling of 4 GiB".
  absl::StatusOr<v1::RunPlan> Resolve(const v1::JobSpec& job) const;

  // Which protections and limits this host can enforce and how, found by looking and by one
  // jailed run of /usr/bin/true; what `jailrun doctor` prints.
  v1::ResultRecord Probe() const;

  // Kills and removes what runs that were killed together with their helper have left on this host; live
  // runs are left alone. Every run does the same for its predecessors: this is for when no other follows.
  v1::SweepReport Sweep() const;

  // As it was given to Open.
  const v1::Site& SiteConfig() const { return site_.config; }

  // Every language this build knows, by name.
  const v1::RuntimeCatalog& Runtimes() const;

  // By name or alias, case ignored; lives as long as the process. NotFoundError suggests the nearest name.
  absl::StatusOr<const v1::Runtime*> FindLanguage(absl::string_view name) const;

 private:
  Jail(Site site, std::unique_ptr<cache::ArtifactCache> cache);
  Site site_;
  std::unique_ptr<cache::ArtifactCache> cache_;  // Null: none.
};

}  // namespace jail

#endif  // JAIL_JAIL_H_
