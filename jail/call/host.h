// The host's side of host functions: whoever answers them gets JSON and gives JSON.
#ifndef JAIL_CALL_HOST_H_
#define JAIL_CALL_HOST_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "jail/v1/call.pb.h"

namespace jail::call {

struct HostRequest {
  int32_t sequence;              // From 1, in each run.
  const std::string& name;       // One of CallSpec.functions.
  const std::string& args_json;  // A compact array, written by a stranger.
  absl::Time deadline;           // An answer after it counts as none.
  int over_fd;                   // Readable: the run is over, and nobody waits for an answer.
};

// Called by one thread at a time, and never after call::Run has returned. The value is JSON; an error's
// message is that of the Error which the program sees. DeadlineExceededError: no answer in time.
using Host = std::function<absl::StatusOr<std::string>(const HostRequest&)>;

// Hears of each log entry that the result will have, as it comes. Called by one thread, and never after
// call::Run has returned; the program waits for it, under its own limits.
using LogObserver = std::function<void(const v1::LogEntry& entry)>;

// JSON lines with somebody who holds the other ends:
//   {"id":1,"name":"api.request","args":[...]}  ->  {"id":1,"ok":true,"value":...} or
//   {"id":1,"ok":false,"error":"why"}
// One line at a time. A line without the right id is an answer that came too late, and is passed over.
Host LinesHost(int read_fd, int write_fd);

// What an earlier run was told, call by call: the same function with the same arguments, or an error.
Host ReplayHost(const google::protobuf::RepeatedPtrField<v1::HostCall>& ledger);

}  // namespace jail::call

#endif  // JAIL_CALL_HOST_H_
