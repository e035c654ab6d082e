// The log: one JSON object a line. Never a source, an input or an output, nor what a token is.
#ifndef JAIL_SERVE_LOG_H_
#define JAIL_SERVE_LOG_H_

#include <string>

#include "jail/serve/exchange.h"
#include "jail/serve/metrics.h"
#include "jail/v1/result.pb.h"

namespace jail::serve {

// {"time", "event": "run", "request", "tenant", "route", "language", "verdict", "waitedMs", "setupMs",
// "wallMs", "cpuMs",
//  "memoryBytes", "totalMs", "start", "flags": ["pattern:fork_bomb", "denied_calls", "low_timing_trust",
//  "unclean"]}
std::string RunLine(const Exchange& exchange, const v1::ResultRecord& record, const RunFacts& facts);

// {"time", "event": "refused", "request", "tenant", "route", "status", "address"}
std::string RefusedLine(const Exchange& exchange, int status);

}  // namespace jail::serve

#endif  // JAIL_SERVE_LOG_H_
