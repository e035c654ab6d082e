// The one file the helper trusts: /etc/jailrun/site.textproto, root's, scalars only. It is the text
// form of jail.v1.Site, of which this reads the `name: number` lines; anything else is refused.
#ifndef JAIL_PLAN_CEILINGS_H_
#define JAIL_PLAN_CEILINGS_H_

#include <cstdint>

#include "jail/plan/raw_report.h"
#include "jail/plan/view.h"

namespace jail::plan {

struct SiteLimits {
  // Above every range that systemd's UIDS-GIDS.md documents as used.
  int64_t uid_first = 1900000000;
  int64_t uid_count = 8192;
  int64_t max_wall_time_ms = 3600'000;
  int64_t max_cpu_time_ms = 3600'000;
  int64_t max_memory_bytes = int64_t{64} << 30;
  int64_t max_processes = 4096;
  int64_t max_disk_bytes = int64_t{64} << 30;
  int64_t max_output_bytes = int64_t{1} << 30;  // The watcher's business; known here to be accepted.
  int64_t max_open_files = 65536;
  int64_t max_source_bytes = 256 << 20;  // The same.
  int64_t max_grace_ms = 10'000;
  // Exams' business; known here to be accepted.
  int64_t exam_wall_time_ms = 0;
  int64_t exam_memory_bytes = 0;
  int64_t exam_cpu_millicores = 0;
};

// Absent file: the defaults. The trace gets the file's name and the line as item.
int ReadSite(SiteLimits* site, Trace& trace);

// EBADMSG with *bad_line set (from 1) for anything but comments and known `name: number` lines.
int ParseSite(const char* text, SiteLimits* site, int32_t* bad_line);

// E2BIG when a limit is over the site's ceiling, EINVAL when it makes no sense; the trace names it.
int AdmitLimits(const Limits& limits, const SiteLimits& site, Trace& trace);

}  // namespace jail::plan

#endif  // JAIL_PLAN_CEILINGS_H_
