#include "jail/watch/hints.h"

#include <string.h>

#include <cerrno>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "jail/base/errno_name.h"
#include "jail/base/text.h"
#include "jail/base/utf8.h"

namespace jail::watch {
namespace {

using v1::Failure;
constexpr auto kCaller = Failure::ORIGIN_CALLER;
constexpr auto kHost = Failure::ORIGIN_HOST;
constexpr auto kJail = Failure::ORIGIN_JAIL;

enum class For : uint8_t { kAll, kLanguage, kCommand };
enum class Again : uint8_t { kUseless, kWorthwhile };

constexpr int kAnyErrno = -1;
constexpr int kCutShort = 0;  // The step has no errno: whoever did it died.

struct Hint {
  absl::string_view step;  // Empty: any. A '*' at the end stands for the rest of the name.
  int error;
  Failure::Origin origin;
  Again again;
  const char* text;
  For asked = For::kAll;
  const char* field = "";          // Of the job: what to change.
  absl::string_view subject = {};  // Empty: any.
};

constexpr Hint kHints[] = {
    // Ours, before the helper runs.
    {"start_helper", ENOENT, kHost, Again::kUseless,
     "jail-launch is not where it should be: run make install, or point jailrun at the built one"},
    {"start_helper", EACCES, kHost, Again::kUseless,
     "This user may not run jail-launch: join the group that owns it (ls -l shows it), or run without "
     "privilege"},
    {"start_helper", ENOEXEC, kHost, Again::kUseless,
     "jail-launch is not a program for this machine: build it again"},
    {"start_helper", kCutShort, kHost, Again::kWorthwhile,
     "The helper died before it could say anything: look for a kill or an out-of-memory line in the kernel "
     "log, and "
     "check that jailrun and jail-launch are of the same version"},

    {"sweep", kCutShort, kHost, Again::kWorthwhile,
     "The helper could not sweep: is it of the same version as jailrun, and what does the kernel log say?"},
    {"sweep", EPERM, kHost, Again::kUseless,
     "/run/jailrun must belong to root, with no access for anyone else: mend it, or remove it while no run "
     "is alive"},

    // Out of something, in whatever step.
    {"clone_child", ENOSPC, kHost, Again::kWorthwhile,
     "No namespace is left: sysctl user.max_user_namespaces=15000, and the other user.max_*_namespaces "
     "likewise"},
    {"make_cgroup", ENOSPC, kHost, Again::kWorthwhile,
     "No control group is left: those of other programs, or of killed runs, use them up (jailrun sweep)"},
    {"write_files", ENOSPC, kCaller, Again::kUseless, "The files do not fit: ask for more disk, or send less",
     For::kAll, "limits.disk_bytes"},
    {"", EMFILE, kHost, Again::kWorthwhile,
     "No descriptor is left for this process: raise its limit (ulimit -n), or run fewer jobs at once"},
    {"", ENFILE, kHost, Again::kWorthwhile,
     "No open file is left on this machine: raise fs.file-max, or run fewer jobs at once"},
    {"", ENOMEM, kHost, Again::kWorthwhile,
     "No memory is left on this machine, or in the cgroup of the caller"},
    {"", ENOSPC, kHost, Again::kWorthwhile,
     "No room is left: a disk, a tmpfs, or a count such as user.max_*_namespaces or fs.mount-max"},

    // The helper's own part.
    {"sanitize", kAnyErrno, kHost, Again::kUseless,
     "jail-launch could not make itself safe to run with privilege: started as root it needs CAP_SETUID and "
     "CAP_SETGID (a container must grant them: --cap-add), and it is started through jailrun, not by hand"},
    {"make_report", kCutShort, kHost, Again::kWorthwhile,
     "No memory file could be made for the report: no memory, no descriptor, or a kernel before Linux 5.1"},
    {"check_seals", kAnyErrno, kJail, Again::kUseless,
     "The plan did not arrive sealed. jailrun and jail-launch of different versions? Otherwise please report "
     "it"},
    {"read_site", kAnyErrno, kHost, Again::kUseless,
     "Check /etc/jailrun/site.textproto: owned by root, writable by nobody else, one \"name: number\" a "
     "line"},
    {"admit_plan", E2BIG, kCaller, Again::kUseless,
     "Ask for less, or have the ceiling raised in /etc/jailrun/site.textproto", For::kAll, "limits"},
    {"admit_plan", EPERM, kHost, Again::kUseless,
     "The job requires a protection that needs privilege: run through the installed jail-launch, or as root"},
    {"admit_plan", kAnyErrno, kJail, Again::kUseless,
     "The helper did not understand the plan. jailrun and jail-launch of different versions? Otherwise "
     "please report it"},
    {"open_policy", kAnyErrno, kHost, Again::kUseless,
     "jail-launch has no policy of that name: install jailrun and jail-launch of the same version"},
    {"open_rootfs", ENOENT, kHost, Again::kUseless,
     "jail-launch has no root of that name: install jailrun and jail-launch of the same version"},
    {"mount_image", EOPNOTSUPP, kHost, Again::kUseless,
     "An image is mounted by the privileged helper only, because a user namespace may not mount EROFS: run "
     "as root or "
     "through the set-uid jail-launch (make install SETUID=1), or without --rootfs"},
    {"mount_image", ENOENT, kHost, Again::kWorthwhile,
     "The image is not there, or was replaced just now: try again, or make it as root with rootfs/build"},
    {"mount_image", EPERM, kHost, Again::kUseless,
     "An image, and every folder above it, must be root's and writable by nobody else (chown root:root, "
     "chmod go-w); in "
     "a container, mounting needs CAP_SYS_ADMIN of the host"},
    {"mount_image", ELOOP, kHost, Again::kUseless,
     "No folder on the way to an image may be a link: put the real one there"},
    {"mount_image", ENOTDIR, kHost, Again::kUseless,
     "No folder on the way to an image may be a link: put the real one there"},
    {"mount_image", ENODEV, kHost, Again::kUseless,
     "This kernel has no EROFS: load the module (modprobe erofs), or run without --rootfs"},
    {"mount_image", ENXIO, kHost, Again::kUseless,
     "This kernel mounts no files (Linux 6.12) and there are no loop devices in /dev: modprobe loop, or run "
     "without "
     "--rootfs"},
    {"mount_image", EBUSY, kHost, Again::kWorthwhile, "Every loop device is in use: run fewer jobs at once"},
    {"mount_image", kAnyErrno, kHost, Again::kUseless,
     "The kernel does not take that file for an image: rootfs/build --verify NAME says whether it is whole, "
     "rootfs/build "
     "NAME makes it anew"},
    {"take_uid", EUSERS, kHost, Again::kWorthwhile,
     "Every uid of the site's range is in use: run fewer jobs at once, or raise uid_count in "
     "/etc/jailrun/site.textproto"},
    {"take_uid", EROFS, kHost, Again::kUseless,
     "/run/jailrun must be writable for root: mount a tmpfs on /run"},
    {"give_stdio", EPERM, kHost, Again::kUseless,
     "jail-launch, as root, may not give away a pipe: it needs CAP_CHOWN; in a container, grant it "
     "(--cap-add)"},
    {"make_cgroup", EROFS, kHost, Again::kUseless,
     "/sys/fs/cgroup is read-only: in a container, ask for a private cgroup namespace and a writable mount; "
     "or do not require it"},
    {"make_cgroup", ENOENT, kHost, Again::kUseless,
     "No cgroup controllers for memory, cpu and pids are mounted: mount /sys/fs/cgroup, or do not "
     "require it"},
    {"make_cgroup", EACCES, kHost, Again::kUseless,
     "This user owns no cgroup: start jailrun through the installed helper, or do not require it"},
    {"make_cgroup", EPERM, kHost, Again::kUseless,
     "This user owns no cgroup: start jailrun through the installed helper, or do not require it"},
    {"set_cgroup_limits", ENOENT, kHost, Again::kUseless,
     "The controller lacks that file: enable it (cgroup.subtree_control, or swapaccount=1 for memsw on the "
     "kernel's "
     "command line), or run with --best-effort"},
    {"set_cgroup_limits", kAnyErrno, kHost, Again::kUseless,
     "The kernel refused a limit: a parent cgroup may be tighter. Raise it there, or run with --best-effort"},
    {"clone_child", EPERM, kHost, Again::kUseless,
     "Namespaces are forbidden here: in a container, grant CAP_SYS_ADMIN (--cap-add SYS_ADMIN) or a seccomp "
     "profile that allows clone with namespaces; on the host itself, sysctl "
     "kernel.unprivileged_userns_clone=1 "
     "kernel.apparmor_restrict_unprivileged_userns=0"},
    {"clone_child", ENOSYS, kHost, Again::kUseless,
     "clone3 is refused here, as a container's seccomp profile does without CAP_SYS_ADMIN: grant it "
     "(--cap-add "
     "SYS_ADMIN) or another profile; a kernel before Linux 5.3 has no clone3 at all"},
    {"clone_child", EUSERS, kHost, Again::kUseless,
     "Namespaces are nested too deep here: run outside of some of them"},
    {"clone_child", EINVAL, kHost, Again::kUseless,
     "This kernel lacks a namespace: it needs user, pid, mount, network, ipc, uts and cgroup namespaces "
     "(Linux 5.14)"},
    {"write_id_maps", EPERM, kHost, Again::kUseless,
     "The kernel refused the uid map: the helper needs CAP_SETUID and CAP_SETGID here; in a container, grant "
     "them"},

    // What a job asks for and this host does not have.
    {"choose_stand_ins", ENOTSUP, kHost, Again::kUseless,
     "Nothing on this host can hold a CPU rate: run without --cpus, or with --best-effort; to have it, mount "
     "a "
     "control group hierarchy with the cpu controller, or enable it for jailrun's parent group "
     "(cgroup.subtree_control, systemd's Delegate=cpu)",
     For::kAll, "limits.cpu_millicores", "cpu_millicores"},
    {"choose_stand_ins", ENOTSUP, kHost, Again::kUseless,
     "Nothing on this host can hold a disk rate: run without --io-read-rate, or with --best-effort; to have "
     "it, "
     "enable the io controller for jailrun's parent group (systemd's Delegate=io) and have /usr on a disk, "
     "not "
     "on an overlay",
     For::kAll, "limits.io_read_bytes_per_second", "io_read_bytes_per_second"},
    {"choose_stand_ins", ENOTSUP, kHost, Again::kUseless,
     "Nothing on this host can hold a disk rate: run without --io-write-rate, or with --best-effort; to have "
     "it, enable the io controller for jailrun's parent group (systemd's Delegate=io) and have /usr on a "
     "disk, "
     "not on an overlay",
     For::kAll, "limits.io_write_bytes_per_second", "io_write_bytes_per_second"},
    {"choose_stand_ins", ENOTSUP, kHost, Again::kUseless,
     "The job requires a control group that this host does not give: jailrun doctor says what is missing and "
     "what to do, or do not require it"},
    {"pin_cpus", EINVAL, kCaller, Again::kUseless,
     "Some of these CPUs are not there, or are outside the caller's cpuset: name others", For::kAll,
     "limits.cpu_set"},

    // init's part.
    {"join_cgroup", kAnyErrno, kHost, Again::kWorthwhile,
     "The jail could not enter its cgroup: see whether another program manages or removes jailrun's cgroups"},
    {"mount_proc", EPERM, kHost, Again::kUseless,
     "A container that masks parts of /proc forbids a new one: run it with --security-opt "
     "systempaths=unconfined"},
    {"mount_rootfs", ENOENT, kHost, Again::kUseless,
     "The root view names something this host does not have: install it, or make the entry optional in "
     "rootfs/"},
    {"mount_*", EPERM, kHost, Again::kUseless,
     "Mounting is forbidden here: in a container, its AppArmor and seccomp profiles must allow mount"},
    {"mount_*", EACCES, kHost, Again::kUseless,
     "Mounting is forbidden here: in a container, its AppArmor and seccomp profiles must allow mount"},
    {"mount_*", ENODEV, kHost, Again::kUseless, "This kernel lacks the file system: it needs proc and tmpfs"},
    {"write_files", EDQUOT, kCaller, Again::kUseless, "The files do not fit: ask for more disk, or send less",
     For::kAll, "limits.disk_bytes"},
    {"write_files", EFBIG, kCaller, Again::kUseless, "A file is larger than limits.file_bytes", For::kAll,
     "limits.file_bytes"},
    {"write_files", EEXIST, kCaller, Again::kUseless, "Two files have the same path", For::kAll, "files"},
    {"write_files", EISDIR, kCaller, Again::kUseless, "A file's path is another file's directory", For::kAll,
     "files"},
    {"write_files", ENOTDIR, kCaller, Again::kUseless, "A file's path is another file's directory", For::kAll,
     "files"},
    {"set_rlimits", EPERM, kHost, Again::kUseless,
     "The helper was started under tighter limits than the job asks for: raise them (ulimit -H), or ask for "
     "less"},
    {"forbid_memfd_exec", kAnyErrno, kHost, Again::kUseless,
     "This kernel has no vm.memfd_noexec (Linux 6.3): do not require it"},
    {"forbid_nested_namespaces", kAnyErrno, kHost, Again::kUseless,
     "user.max_*_namespaces cannot be set in the jail: do not require it"},
    {"make_ruleset", EOPNOTSUPP, kHost, Again::kUseless,
     "This kernel has no usable Landlock: from Linux 5.19 on, with landlock in its lsm= list; or do not "
     "require it"},
    {"restrict_files", kAnyErrno, kHost, Again::kUseless,
     "The kernel refused the rules for files (Landlock)"},
    {"make_ruleset", kAnyErrno, kHost, Again::kUseless, "The kernel refused the rules for files (Landlock)"},
    {"match_shape", kAnyErrno, kJail, Again::kWorthwhile,
     "The jail that was ready was built for other jobs: run it with --cold, and report this with the record"},
    {"verify_confinement", kAnyErrno, kJail, Again::kUseless,
     "A protection did not hold when it was read back, so nothing was run: please report this record"},
    {"install_seccomp", kAnyErrno, kHost, Again::kUseless,
     "The kernel refused the system-call filter: it needs CONFIG_SECCOMP_FILTER and user notification (Linux "
     "5.9)"},
    {"exec", 0, kHost, Again::kWorthwhile, "Its process was killed from outside before it was the program's"},
    {"exec", ENOENT, kCaller, Again::kUseless,
     "There is no such program in the jail: a command starts with an absolute path, and only /usr of this "
     "machine is "
     "there",
     For::kCommand, "command"},
    {"exec", EACCES, kCaller, Again::kUseless,
     "That is not an executable file: see its mode; what lies in /work, /tmp or /dev/shm cannot be executed",
     For::kCommand, "command"},
    {"exec", ENOEXEC, kCaller, Again::kUseless, "That file is not a program: a script needs a #! line",
     For::kCommand, "command"},
    {"exec", E2BIG, kCaller, Again::kUseless, "The arguments and the environment are too large together",
     For::kAll, "args"},
    {"exec", kAnyErrno, kCaller, Again::kUseless, "The command cannot be executed", For::kCommand, "command"},
    {"exec", ENOENT, kHost, Again::kUseless,
     "The language is not installed on this host: jailrun langs shows what is there and what to install",
     For::kLanguage},
    {"exec", ENOEXEC, kHost, Again::kUseless, "What the compiler made is not a program for this machine",
     For::kLanguage},

    // After the program.
    {"remove_cgroup", EBUSY, kJail, Again::kWorthwhile,
     "Something still uses the jail's cgroup; the next run sweeps it. Please report this record"},
    {"check_required", kAnyErrno, kHost, Again::kUseless,
     "The job requires a protection that was not in force: jailrun doctor says what this host can enforce"},
    {"collect_files", ENOENT, kJail, Again::kUseless,
     "The work directory did not arrive: please report this record"},

    // By errno alone.
    {"", EAGAIN, kHost, Again::kWorthwhile,
     "A limit on processes or locked resources is reached: run fewer jobs at once, or raise it (ulimit -u, "
     "kernel.pid_max)"},
    {"", EPERM, kHost, Again::kUseless,
     "The kernel or a container's profile forbids it: jailrun doctor says what this host allows"},
    {"", EACCES, kHost, Again::kUseless, "Permissions forbid it: jailrun doctor says what this host allows"},
    {"", ENOSYS, kHost, Again::kUseless,
     "This kernel, or a container's seccomp profile, does not know the call: jailrun needs Linux 5.14"},
    {"", EOPNOTSUPP, kHost, Again::kUseless,
     "This kernel cannot do that: jailrun doctor says what this host allows"},
    {"", EROFS, kHost, Again::kUseless, "That file system is read-only: it must be writable for jail-launch"},
    {"", ETIMEDOUT, kHost, Again::kWorthwhile, "Setting up took too long: the machine is overloaded"},
    {"", ENOENT, kHost, Again::kUseless,
     "Something this host should have is missing: jailrun doctor says what it needs"},
    {"", kCutShort, kHost, Again::kWorthwhile,
     "It was killed from outside: look for a kill or an out-of-memory line in the kernel log, and try again"},
    {"", kAnyErrno, kJail, Again::kUseless,
     "Please report this record: it names the step, the item and the errno"},
};

bool StepMatches(absl::string_view pattern, absl::string_view step) {
  if (pattern.empty()) return true;
  if (pattern.back() != '*') return pattern == step;
  pattern.remove_suffix(1);
  return step.substr(0, pattern.size()) == pattern;
}

bool AskedMatches(For wanted, Asked asked) {
  return wanted == For::kAll || (wanted == For::kCommand) == (asked == Asked::kCommand);
}

const Hint& FindHint(const Fault& fault, Asked asked) {
  for (const Hint& hint : kHints) {
    const bool error_matches = hint.error == kAnyErrno || hint.error == fault.error;
    const bool subject_matches = hint.subject.empty() || hint.subject == fault.subject;
    if (error_matches && subject_matches && StepMatches(hint.step, fault.step) &&
        AskedMatches(hint.asked, asked))
      return hint;
  }
  return kHints[std::size(kHints) - 1];
}

// "mount_rootfs failed on "/usr/lib/jvm": ENOENT (No such file or directory)".
std::string Message(const Fault& fault) {
  std::string message = absl::StrCat(fault.step, fault.error != 0 ? " failed" : " was cut short");
  if (!fault.subject.empty()) absl::StrAppend(&message, " on ", Quoted(fault.subject));
  if (fault.error != 0) {
    const char* words = strerrordesc_np(fault.error);  // English whatever the locale.
    absl::StrAppend(&message, ": ", ErrnoName(fault.error), " (", words != nullptr ? words : "?", ")");
  }
  if (!fault.detail.empty()) absl::StrAppend(&message, ": ", fault.detail);
  return message;
}

}  // namespace

Failure Explain(const Fault& fault, Asked asked) {
  const Hint& hint = FindHint(fault, asked);
  Failure failure;
  failure.set_origin(hint.origin);
  failure.set_retryable(hint.again == Again::kWorthwhile);
  failure.set_step(fault.step);
  failure.set_error_number(fault.error);
  if (fault.error != 0) failure.set_error_name(ErrnoName(fault.error));
  failure.set_subject(ToUtf8(fault.subject));
  failure.set_field(hint.field);
  failure.set_message(Message(fault));
  failure.set_hint(hint.text);
  return failure;
}

}  // namespace jail::watch
