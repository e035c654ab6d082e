// From what a caller asks for to a job: the language's shim is the program, and the code goes to it over the
// channel.
#ifndef JAIL_CALL_SPEC_H_
#define JAIL_CALL_SPEC_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "jail/call/service.h"
#include "jail/v1/call.pb.h"
#include "jail/v1/job.pb.h"

namespace jail::call {

struct Request {
  v1::JobSpec job;
  std::string start_json;  // The first frame to the shim.
  std::string nonce;       // Drawn for this run; it is in that frame.
  Caps caps;
  std::vector<std::string> patterns;  // Found, and to be told of.
};

inline constexpr int64_t kUsualMostWallMs = 3'600'000;  // As jail/plan/ceilings.h has it.

// InvalidArgumentError names the field: "input_json: is no JSON at byte 3". `most_wall_ms`: the site's
// ceiling.
absl::StatusOr<Request> Prepare(const v1::CallSpec& spec, int64_t most_wall_ms = kUsualMostWallMs);

}  // namespace jail::call

#endif  // JAIL_CALL_SPEC_H_
