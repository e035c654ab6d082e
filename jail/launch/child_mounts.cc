// The root: a small tmpfs with read-only views of the host's tree, made by descriptors and thrown
// away whole. init does all of it with no rights on the host, so a mistake here reaches nothing that
// any user could not reach.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

#include "jail/base/mounts.h"
#include "jail/launch/child.h"
#include "jail/launch/step.h"
#include "jail/root/entries.h"
#include "jail/root/files.h"

namespace jail::launch {
namespace {

constexpr unsigned kNoDevices = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
constexpr unsigned kDataOnly = kNoDevices | MOUNT_ATTR_NOEXEC;
constexpr int kRootInodes = 1024;

int MakeFromHost(Context& context, root::Part part) {
  int host = -1;
  if (const int error = OpenNoLinks("/", O_PATH | O_DIRECTORY, &host)) return error;
  const int error = root::MakeEntries(*context.view, part, {host, context.new_root}, context.report->child);
  CloseFd(&host);
  return error;
}

// Only what is attached in a namespace of one's own can be bound from: the image is, for as long as that
// takes. Nothing of it stays but what the view names.
int MakeFromImage(Context& context) {
  constexpr char kMeanwhile[] = "tmp";
  if (const int error = MakeDirectory(context.new_root, kMeanwhile)) return error;
  if (const int error = AttachMount(context.image, context.new_root, kMeanwhile)) return error;
  const root::Place place = {context.image, context.new_root};
  int error = root::MakeEntries(*context.view, root::Part::kOthers, place, context.report->child);
  if (error == 0) error = Errno(fchdir(context.new_root));
  if (error == 0) error = DetachMount(kMeanwhile);
  CloseFd(&context.image);
  return error;
}

struct Directory {
  const char* name;    // in the scratch file system
  const char* target;  // in the new root
  mode_t mode;
};
constexpr Directory kTmp = {"tmp", "tmp", 01777};
constexpr Directory kShm = {"shm", "dev/shm", 01777};
constexpr Directory kWork = {"work", "work", 0755};

int MountScratch(const Context& context, const Directory& directory, uid_t owner) {
  const int scratch = context.child_scratch;
  At(context.report->child, -1, directory.target);
  if (mkdirat(scratch, directory.name, 0700) != 0) return errno;
  if (fchownat(scratch, directory.name, owner, owner, AT_SYMLINK_NOFOLLOW) != 0) return errno;
  if (fchmodat(scratch, directory.name, directory.mode, 0) != 0) return errno;
  int tree = -1;
  if (const int error = CloneTree(scratch, directory.name, kDataOnly, &tree)) return error;
  const int error = AttachMount(tree, context.new_root, directory.target);
  CloseFd(&tree);
  return error;
}

// The watcher collects from a look of its own: read-only, and no link in it is ever followed.
int SendWork(const Context& context) {
  int tree = -1;
  const unsigned attributes = kDataOnly | MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSYMFOLLOW;
  if (const int error = CloneTree(context.child_scratch, kWork.name, attributes, &tree)) return error;
  const int error = SendByte(plan::kControlFd, static_cast<uint8_t>(plan::Message::kWork), tree);
  CloseFd(&tree);
  return error;
}

}  // namespace

int MakeMountsPrivate(Context&) { return MakePrivate("/"); }

// On top of "/", which every host has; nothing sees it before pivot_root.
int MountNewRoot(Context& context) {
  const int64_t bytes = int64_t{1} << 20;
  if (const int error = MakeTmpfs(bytes, kRootInodes, "0755", kNoDevices, &context.new_root)) return error;
  return AttachMount(context.new_root, AT_FDCWD, "/");
}

int MountRootfs(Context& context) {
  return context.image < 0 ? MakeFromHost(context, root::Part::kOthers) : MakeFromImage(context);
}
int MountDev(Context& context) { return MakeFromHost(context, root::Part::kDevices); }

int MountProc(Context& context) {
  int proc = -1;
  const MountOption options[] = {{"hidepid", "ptraceable"}, {"subset", "pid"}};
  if (const int error = MakeMount("proc", options, 2, kDataOnly | MOUNT_ATTR_RDONLY, &proc)) return error;
  const int error = AttachMount(proc, context.new_root, "proc");
  CloseFd(&proc);
  return error;
}

// One tmpfs for all the program may write, so that one size holds for all of it. Its own root stays
// hidden under /tmp.
int MountTmp(Context& context) {
  const plan::Limits& limits = context.plan.limits();
  const int64_t inodes = limits.disk_inodes + kOwnInodes;
  if (const int error = MakeTmpfs(limits.disk_bytes, inodes, "0711", kDataOnly, &context.child_scratch))
    return error;
  if (const int error = AttachMount(context.child_scratch, context.new_root, kTmp.target)) return error;
  if (const int error = MountScratch(context, kTmp, context.init_id())) return error;
  if (const int error = MountScratch(context, kShm, context.init_id())) return error;
  return SendByte(context.sync_child, kSyncScratch, context.child_scratch);
}

int MountWork(Context& context) {
  if (const int error = MountScratch(context, kWork, kProgramId)) return error;
  return context.plan.Has(plan::kSendWork) ? SendWork(context) : 0;
}

int MountApp(Context& context) {
  const int64_t bytes = root::BytesOf(context.plan, plan::Place::kApp);
  if (bytes == 0) return 0;
  int app = -1;
  if (const int error = MakeTmpfs(bytes, plan::kMaxFiles, "0755", kNoDevices, &app)) return error;
  int error = root::WriteFiles(context.plan, plan::Place::kApp, app, 0555, context.report->child);
  if (error == 0) error = SetMountAttributes(app, MOUNT_ATTR_RDONLY, 0);
  if (error == 0) error = AttachMount(app, context.new_root, "app");
  CloseFd(&app);
  return error;
}

// The new root becomes "/" with the old one stacked on it (pivot_root(2), NOTES).
int PivotRoot(Context& context) {
  if (fchdir(context.new_root) != 0) return errno;
  return Errno(syscall(SYS_pivot_root, ".", "."));
}

int DetachOldRoot(Context&) {
  if (const int error = DetachMount(".")) return error;
  return Errno(chdir("/"));
}

int SealRootReadOnly(Context& context) {
  CloseFd(&context.child_scratch);
  return SetMountAttributes(context.new_root, MOUNT_ATTR_RDONLY, 0);
}

}  // namespace jail::launch
