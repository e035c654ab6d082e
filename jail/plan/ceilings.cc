#include "jail/plan/ceilings.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstring>

#include "jail/base/sys.h"

namespace jail::plan {
namespace {

constexpr char kSiteFile[] = "/etc/jailrun/site.textproto";

struct Field {
  const char* name;
  int64_t SiteLimits::*value;
};
constexpr Field kFields[] = {
    {"uid_first", &SiteLimits::uid_first},
    {"uid_count", &SiteLimits::uid_count},
    {"max_wall_time_ms", &SiteLimits::max_wall_time_ms},
    {"max_cpu_time_ms", &SiteLimits::max_cpu_time_ms},
    {"max_memory_bytes", &SiteLimits::max_memory_bytes},
    {"max_processes", &SiteLimits::max_processes},
    {"max_disk_bytes", &SiteLimits::max_disk_bytes},
    {"max_output_bytes", &SiteLimits::max_output_bytes},
    {"max_open_files", &SiteLimits::max_open_files},
    {"max_source_bytes", &SiteLimits::max_source_bytes},
    {"max_grace_ms", &SiteLimits::max_grace_ms},
    {"exam_wall_time_ms", &SiteLimits::exam_wall_time_ms},
    {"exam_memory_bytes", &SiteLimits::exam_memory_bytes},
    {"exam_cpu_millicores", &SiteLimits::exam_cpu_millicores},
};

const char* SkipBlanks(const char* text) {
  while (*text == ' ' || *text == '\t') ++text;
  return text;
}

// `rootfs: "name"` is the caller's business; known here to be accepted.
bool IsRootfs(const char* text, const char* end) {
  constexpr char kField[] = "rootfs:";
  if (std::strncmp(text, kField, sizeof kField - 1) != 0) return false;
  text = SkipBlanks(text + sizeof kField - 1);
  if (*text != '"') return false;
  const size_t length = std::strspn(text + 1, "abcdefghijklmnopqrstuvwxyz0123456789_-");
  text += 1 + length;
  if (length == 0 || *text != '"') return false;
  text = SkipBlanks(text + 1);
  return text >= end || *text == '#';
}

// One line, `end` exclusive. True when it is blank, a comment or a field we know.
bool ParseLine(const char* text, const char* end, SiteLimits* site) {
  text = SkipBlanks(text);
  if (text >= end || *text == '#' || IsRootfs(text, end)) return true;
  for (const Field& field : kFields) {
    const size_t length = std::strlen(field.name);
    if (std::strncmp(text, field.name, length) != 0 || text[length] != ':') continue;
    text = SkipBlanks(text + length + 1);
    int64_t value = 0;
    int digits = 0;
    for (; *text >= '0' && *text <= '9' && digits < 15; ++text, ++digits) value = value * 10 + (*text - '0');
    text = SkipBlanks(text);
    site->*field.value = value;
    return digits > 0 && (text >= end || *text == '#');
  }
  return false;
}

// Root's, and writable by nobody else.
int CheckOwner(int fd) {
  struct stat status;
  if (fstat(fd, &status) != 0) return errno;
  const bool ours = status.st_uid == 0 && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
  return ours && S_ISREG(status.st_mode) ? 0 : EPERM;
}

int ReadTrusted(int fd, SiteLimits* site, Trace& trace) {
  char text[4096];
  size_t size = 0;
  if (const int error = CheckOwner(fd)) return error;
  if (const int error = ReadSmall(fd, text, sizeof text, &size)) return error;
  if (std::strlen(text) != size) return EBADMSG;
  return ParseSite(text, site, &trace.item);
}

}  // namespace

int ParseSite(const char* text, SiteLimits* site, int32_t* bad_line) {
  for (int32_t line = 1; *text != '\0'; ++line) {
    const char* end = text + std::strcspn(text, "\n");
    if (!ParseLine(text, end, site)) {
      *bad_line = line;
      return EBADMSG;
    }
    text = *end == '\n' ? end + 1 : end;
  }
  const bool uids_ok = site->uid_first >= 1000 && site->uid_count >= 2 && site->uid_count <= 1 << 20 &&
                       site->uid_first + site->uid_count < int64_t{0xfffffffe};
  return uids_ok ? 0 : ERANGE;
}

int ReadSite(SiteLimits* site, Trace& trace) {
  At(trace, -1, kSiteFile);
  int fd = -1;
  int error = OpenNoLinks(kSiteFile, O_RDONLY | O_NONBLOCK | O_NOCTTY, &fd);
  if (error == ENOENT) return 0;  // No site file: the defaults are a complete site.
  if (error == 0) error = ReadTrusted(fd, site, trace);
  CloseFd(&fd);
  return error;
}

int AdmitLimits(const Limits& limits, const SiteLimits& site, Trace& trace) {
  struct Rule {
    const char* name;
    int64_t value, low, high;
  };
  const Rule rules[] = {
      {"wall_time_us", limits.wall_time_us, 1, site.max_wall_time_ms * 1000},
      {"cpu_time_us", limits.cpu_time_us, 1, site.max_cpu_time_ms * 1000},
      {"memory_bytes", limits.memory_bytes, 1, site.max_memory_bytes},
      {"stack_bytes", limits.stack_bytes, 0, site.max_memory_bytes},
      {"file_bytes", limits.file_bytes, 0, INT64_MAX},
      {"disk_bytes", limits.disk_bytes, 0, site.max_disk_bytes},
      {"disk_inodes", limits.disk_inodes, 0, int64_t{1} << 30},
      {"processes", limits.processes, 1, site.max_processes},
      {"open_files", limits.open_files, 4, site.max_open_files},
      {"cpu_millicores", limits.cpu_millicores, 0, 1024 * 1000},
      {"idle_time_ms", limits.idle_time_ms, 0, site.max_wall_time_ms},
      {"grace_ms", limits.grace_ms, 0, site.max_grace_ms},
      {"io_read_bytes_per_second", limits.io_read_bytes_per_second, 0, INT64_MAX},
      {"io_write_bytes_per_second", limits.io_write_bytes_per_second, 0, INT64_MAX},
  };
  int32_t item = 0;
  for (const Rule& rule : rules) {
    At(trace, item++, rule.name);
    if (rule.value < rule.low) return EINVAL;
    if (rule.value > rule.high) return E2BIG;
  }
  return 0;
}

}  // namespace jail::plan
