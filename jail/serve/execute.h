// POST /api/execute: from its body to a job, and from the job's record to its answer.
#ifndef JAIL_SERVE_EXECUTE_H_
#define JAIL_SERVE_EXECUTE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jail/serve/json.h"
#include "jail/v1/job.pb.h"
#include "jail/v1/result.pb.h"
#include "jail/v1/serve.pb.h"

namespace jail::serve {

// InvalidArgumentError names the field: "code: is unset".
absl::StatusOr<v1::ExecuteRequest> ParseExecute(absl::string_view json);
absl::StatusOr<v1::JobSpec> ToJob(const v1::ExecuteRequest& request);

// What a caller of the service may not ask for, whatever a user of this machine may.
absl::Status CheckJob(const v1::JobSpec& job);
// What it does not say itself, and whose it is.
std::string JobTenant(const std::string& tenant);
void Complete(const v1::ServeConfig& config, const std::string& tenant, const std::string& id,
              v1::JobSpec* job);

struct Answered {
  int exit_code;                 // As a shell would have it; see ExitStatus.
  bool artifacts = false;        // "files" was asked for.
  std::string record_json = {};  // Empty: not asked for.
};
// {"stdout", "stderr", "executionTime": ms, "exitCode", "error"?: why it was ended, "files"?, "record"?}. A
// stream of which the middle was left out says so in its own text.
Json ExecuteJson(const v1::ResultRecord& record, const Answered& answered);

// Head and tail of a stream as one text.
std::string TextOf(const v1::Output& output);
// The phase that decided: the last one. Null: nothing was started.
const v1::PhaseResult* LastPhase(const v1::ResultRecord& record);
// Of all phases together, wall time.
double ExecutionMs(const v1::ResultRecord& record);

}  // namespace jail::serve

#endif  // JAIL_SERVE_EXECUTE_H_
