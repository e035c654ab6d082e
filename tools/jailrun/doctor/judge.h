// What became of one attack, from its own words and, before them, from what was seen outside: the
// verdict, the hits and the figures of the record. Pure: what cannot be told apart from an attack that
// never ran is not held.
#ifndef TOOLS_JAILRUN_DOCTOR_JUDGE_H_
#define TOOLS_JAILRUN_DOCTOR_JUDGE_H_

#include <string>

#include "jail/v1/result.pb.h"

namespace jail::cli {

struct Finding {
  bool held = false;
  std::string evidence;
};

using Judge = Finding (*)(const v1::ResultRecord& record);

// Every way was refused, by the attack's own account.
Finding JudgeRefused(const v1::ResultRecord& record);

// The limits, as the provenance of the record has them.
Finding JudgeMemory(const v1::ResultRecord& record);
Finding JudgePageCache(const v1::ResultRecord& record);
Finding JudgeProcesses(const v1::ResultRecord& record);
Finding JudgeCpuTime(const v1::ResultRecord& record);
Finding JudgeCpuRate(const v1::ResultRecord& record);
Finding JudgeWallTime(const v1::ResultRecord& record);
Finding JudgeGrace(const v1::ResultRecord& record);
Finding JudgeOutput(const v1::ResultRecord& record);
Finding JudgeDisk(const v1::ResultRecord& record);
Finding JudgeInodes(const v1::ResultRecord& record);
Finding JudgeFileSize(const v1::ResultRecord& record);
Finding JudgeOpenFiles(const v1::ResultRecord& record);
Finding JudgeStack(const v1::ResultRecord& record);

// Of the links in the work directory none came back, of the honest file all.
Finding JudgeLinks(const v1::ResultRecord& record);

// The daemon was made; that it is dead, Bait sees.
Finding JudgeDaemon(const v1::ResultRecord& record);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_DOCTOR_JUDGE_H_
