// What handlers of runs share: jobs made ready, and records made answers.
#ifndef JAIL_SERVE_ANSWERS_H_
#define JAIL_SERVE_ANSWERS_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "jail/serve/exchange.h"
#include "jail/serve/fair_queue.h"
#include "jail/serve/json.h"
#include "jail/serve/service.h"
#include "jail/v1/job.pb.h"
#include "jail/v1/result.pb.h"

namespace jail::serve {

absl::StatusOr<Urgency> UrgencyOf(v1::Priority priority, Urgency usual);

// Checks it, as far as can be known before it runs, and completes it.
absl::Status Prepare(const Service& service, const Exchange& exchange, const std::string& job_id,
                     v1::JobSpec* job);

// Why there is no answer of the program's: refused, our own failure, cancelled. Nothing: there is one.
std::optional<Response> FailureResponse(const Service& service, const v1::ResultRecord& record);

struct Extras {
  bool record = false, artifacts = false;
};
Json RunJson(const Service& service, const v1::ResultRecord& record, const Extras& extras);
Response RunResponse(const Service& service, const Exchange& exchange, const v1::ResultRecord& record,
                     const Extras& extras);

Response JsonResponse(const Json& json);
Response ProtobufResponse(const google::protobuf::Message& message);

}  // namespace jail::serve

#endif  // JAIL_SERVE_ANSWERS_H_
