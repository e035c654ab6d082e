#include "jail/serve/answers.h"

#include "absl/strings/str_cat.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/serve/error.h"
#include "jail/serve/execute.h"
#include "jail/serve/media.h"

namespace jail::serve {
namespace {

constexpr absl::Duration kRetryAfterFailure = absl::Seconds(5);

}  // namespace

absl::StatusOr<Urgency> UrgencyOf(v1::Priority priority, Urgency usual) {
  switch (priority) {
    case v1::PRIORITY_UNSPECIFIED:
      return usual;
    case v1::PRIORITY_LOW:
      return Urgency::kLow;
    case v1::PRIORITY_NORMAL:
      return Urgency::kNormal;
    case v1::PRIORITY_HIGH:
      return Urgency::kHigh;
    default:
      return Bad("priority", absl::StrCat(priority, " is none"));
  }
}

absl::Status Prepare(const Service& service, const Exchange& exchange, const std::string& job_id,
                     v1::JobSpec* job) {
  JAIL_RETURN_IF_ERROR(CheckJob(*job));
  Complete(service.config(), exchange.caller.tenant, job_id, job);
  return service.engine().resolve(*job).status();
}

std::optional<Response> FailureResponse(const Service& service, const v1::ResultRecord& record) {
  const v1::Failure& failure = record.failure();
  switch (record.verdict()) {
    case v1::VERDICT_REJECTED:
      return ErrorResponse(Error::kMalformed, failure.message(), failure.field());
    case v1::VERDICT_JAIL_ERROR:
      if (failure.retryable())
        return RetryResponse(Error::kUnavailable, record.summary(), kRetryAfterFailure);
      return ErrorResponse(Error::kJailError, record.summary());
    case v1::VERDICT_CANCELLED:
      if (service.draining())
        return RetryResponse(Error::kDraining, "the service is shutting down", kRetryAfterFailure);
      return ErrorResponse(Error::kCancelled, record.summary());
    default:
      return std::nullopt;
  }
}

Json RunJson(const Service& service, const v1::ResultRecord& record, const Extras& extras) {
  const Engine& engine = service.engine();
  return ExecuteJson(record, {.exit_code = engine.exit_status(record),
                              .artifacts = extras.artifacts,
                              .record_json = extras.record ? engine.record_json(record) : ""});
}

Response RunResponse(const Service& service, const Exchange& exchange, const v1::ResultRecord& record,
                     const Extras& extras) {
  if (std::optional<Response> failure = FailureResponse(service, record)) return *std::move(failure);
  if (exchange.AcceptsProtobuf()) return ProtobufResponse(record);
  return JsonResponse(RunJson(service, record, extras));
}

Response JsonResponse(const Json& json) { return {.body = Text(json)}; }

Response ProtobufResponse(const google::protobuf::Message& message) {
  return {.content_type = kProtobuf, .body = message.SerializeAsString()};
}

}  // namespace jail::serve
