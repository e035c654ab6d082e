#include "jail/cgroup/rates.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cstring>

#include "jail/base/sys.h"

namespace jail::cgroup {
namespace {

constexpr char kBlockDevices[] = "/sys/dev/block";

bool IsMount(plan::EntryKind kind) {
  return kind == plan::EntryKind::kBind || kind == plan::EntryKind::kBindOptional ||
         kind == plan::EntryKind::kLinkOrBind;
}

// "8:1\n" becomes "8:0" when that is a partition of it: only whole disks have a rate.
int WholeDisk(int sys, int64_t major_number, int64_t minor_number, FixedText<32>* disk) {
  FixedText<64> path;
  path.Add(major_number).Add(":").Add(minor_number).Add("/partition");
  if (faccessat(sys, path.c_str(), F_OK, 0) != 0) {
    disk->Add(major_number).Add(":").Add(minor_number);
    return 0;
  }
  path.Clear();
  path.Add(major_number).Add(":").Add(minor_number).Add("/../dev");
  int fd = -1;
  char text[32];
  size_t size = 0;
  if (const int error = Keep(openat(sys, path.c_str(), O_RDONLY | O_CLOEXEC), &fd)) return error;
  const int error = ReadSmall(fd, text, sizeof text, &size);
  CloseFd(&fd);
  if (error != 0) return error;
  text[std::strcspn(text, "\n")] = '\0';
  disk->Add(text);
  return 0;
}

int AddDisk(const FixedText<32>& disk, Disks* disks) {
  for (int i = 0; i < disks->count; ++i) {
    if (std::strcmp(disks->names[i].c_str(), disk.c_str()) == 0) return 0;
  }
  if (disks->count == kMaxDisks) return E2BIG;
  disks->names[disks->count++] = disk;
  return 0;
}

bool IsMemory(const char* path) {
  struct statfs fs;
  return statfs(path, &fs) == 0 && fs.f_type == TMPFS_MAGIC;
}

// A back-end's answer to a rate that this kernel or this hierarchy does not have.
bool IsWithout(int error) {
  return error == ENOENT || error == ENODEV || error == ENOTSUP || error == EACCES || error == EPERM ||
         error == EROFS || error == E2BIG || error == EBUSY;
}

int LimitDisks(const plan::RootView& view, const plan::Limits& limits, Cgroups* cgroups, IoRates* rates) {
  int sys = -1;
  if (const int error = Keep(open(kBlockDevices, O_PATH | O_DIRECTORY | O_CLOEXEC), &sys)) return error;
  Disks disks;
  int error = FindDisks(view, sys, &disks);
  CloseFd(&sys);
  for (int i = 0; i < disks.count && error == 0; ++i) {
    error = cgroups->backend->limit_io(*cgroups, disks.names[i].c_str(), limits, rates);
  }
  return error;
}

}  // namespace

void KeepWantedHierarchies(const plan::Limits& limits, Cgroups* cgroups) {
  if (cgroups->backend->kind != plan::CgroupKind::kV1) return;
  cgroups->unwanted[kCpu] = limits.cpu_millicores == 0;
  cgroups->unwanted[kBlkio] = limits.io_read_bytes_per_second == 0 && limits.io_write_bytes_per_second == 0;
}

int FindDisks(const plan::RootView& view, int sys, Disks* disks) {
  for (int i = 0; i < view.count; ++i) {
    const plan::ViewEntry& entry = view.entries[i];
    struct stat status;
    if (!IsMount(entry.kind) || stat(entry.path, &status) != 0) continue;  // Mounting it says what is wrong.
    if (major(status.st_dev) == 0) {
      if (IsMemory(entry.path)) continue;
      return ENOTSUP;
    }
    FixedText<32> disk;
    if (const int error = WholeDisk(sys, major(status.st_dev), minor(status.st_dev), &disk)) return error;
    if (const int error = AddDisk(disk, disks)) return error;
  }
  return disks->count > 0 ? 0 : ENOTSUP;
}

int LimitIo(const plan::RootView& view, const plan::Limits& limits, Cgroups* cgroups,
            plan::RawReport* report) {
  if (limits.io_read_bytes_per_second == 0 && limits.io_write_bytes_per_second == 0) return 0;
  IoRates rates = {INT64_MAX, INT64_MAX};
  plan::At(report->host, 6, "io rate");
  const int error = LimitDisks(view, limits, cgroups, &rates);
  if (error != 0) return IsWithout(error) ? 0 : error;
  report->effective_io_read_bytes_per_second = rates.read < INT64_MAX ? rates.read : -1;
  report->effective_io_write_bytes_per_second = rates.write < INT64_MAX ? rates.write : -1;
  return 0;
}

const char* MissingRate(const plan::Limits& limits, const plan::RawReport& report) {
  struct Rate {
    const char* name;
    int64_t asked, effective;
  };
  const Rate rates[] = {
      {"cpu_millicores", limits.cpu_millicores, report.effective_cpu_millicores},
      {"io_read_bytes_per_second", limits.io_read_bytes_per_second,
       report.effective_io_read_bytes_per_second},
      {"io_write_bytes_per_second", limits.io_write_bytes_per_second,
       report.effective_io_write_bytes_per_second},
  };
  for (const Rate& rate : rates) {
    if (rate.asked != 0 && rate.effective < 0) return rate.name;
  }
  return nullptr;
}

}  // namespace jail::cgroup
