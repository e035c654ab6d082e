// The two memfds of a run as the helper has them: the sealed plan and the shared report.
#ifndef JAIL_PLAN_MEMFDS_H_
#define JAIL_PLAN_MEMFDS_H_

#include "jail/plan/raw_report.h"
#include "jail/plan/view.h"

namespace jail::plan {

// Maps a plan after checking that it can no longer change: EPERM when it can.
int OpenPlan(int fd, View* plan);

// The report's file, of its size for good, and a mapping of it that stays writable.
int MakeReportFile(int* fd);
int MapReport(int fd, RawReport** report);

}  // namespace jail::plan

#endif  // JAIL_PLAN_MEMFDS_H_
