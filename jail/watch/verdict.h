// One verdict per phase, picked from the facts by one table in order of precedence. Evidence only: a
// counter, a timer that fired, a status from wait(2). Never a guess from "signal 9" or "exit 124".
#ifndef JAIL_WATCH_VERDICT_H_
#define JAIL_WATCH_VERDICT_H_

#include <string>
#include <vector>

#include "jail/v1/result.pb.h"
#include "jail/watch/facts.h"

namespace jail::watch {

struct Judgement {
  v1::Verdict verdict = v1::VERDICT_UNSPECIFIED;
  std::string summary;  // One sentence.
  v1::Failure failure;  // For VERDICT_REJECTED and VERDICT_JAIL_ERROR.
};

// Pure.
Judgement Judge(const PhaseFacts& facts);

// The program's wait status as two numbers, one of them set; none when it was lost with the jail.
struct Exit {
  bool known = false;
  int code = 0;
  int signal = 0;
};
Exit ExitOf(const PhaseFacts& facts);

}  // namespace jail::watch

#endif  // JAIL_WATCH_VERDICT_H_
