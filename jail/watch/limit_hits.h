// Every limit that a phase reached, whether or not it ended the run: a table of resources with the
// evidence for each. The verdict's own limit rules use the same evidence.
#ifndef JAIL_WATCH_LIMIT_HITS_H_
#define JAIL_WATCH_LIMIT_HITS_H_

#include <vector>

#include "jail/v1/result.pb.h"
#include "jail/watch/facts.h"

namespace jail::watch {

// The evidence. All false without a report.
bool Killed(const PhaseFacts& facts, plan::KillReason reason);
bool CpuTimeReached(const PhaseFacts& facts);
bool WallTimeReached(const PhaseFacts& facts);
bool IdleTimeReached(const PhaseFacts& facts);
bool MemoryReached(const PhaseFacts& facts);
bool LanguageMemoryReached(const PhaseFacts& facts);  // The language's own limit.
bool FileSizeReached(const PhaseFacts& facts);
bool DiskFull(const PhaseFacts& facts);
bool StdoutReached(const PhaseFacts& facts);
bool StderrReached(const PhaseFacts& facts);
bool ProcessesReached(const PhaseFacts& facts);

std::vector<v1::LimitHit> FindLimitHits(const PhaseFacts& facts);

}  // namespace jail::watch

#endif  // JAIL_WATCH_LIMIT_HITS_H_
