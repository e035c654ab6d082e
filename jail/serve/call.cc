#include "jail/serve/call.h"

#include <optional>

#include "absl/status/statusor.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/call/spec.h"
#include "jail/serve/answers.h"
#include "jail/serve/error.h"

namespace jail::serve {

absl::Status PrepareCall(const Service& service, const Exchange& exchange, v1::CallSpec* spec) {
  if (spec->enforcement() == v1::ENFORCEMENT_BEST_EFFORT)
    return Bad("enforcement", "what this machine cannot enforce is never left out here");
  if (spec->language().empty()) return Bad("language", "is unset");
  if (spec->code().empty()) return Bad("code", "is unset");
  if (spec->job_id().empty()) spec->set_job_id(exchange.id);
  // Of the service's limits only the rate: function runs have their own for all else.
  const v1::Limits& usual = service.config().limits();
  if (usual.has_cpu_millicores() && !spec->limits().has_cpu_millicores())
    spec->mutable_limits()->set_cpu_millicores(usual.cpu_millicores());
  return call::Prepare(*spec).status();
}

Response CallResponse(const Service& service, const Exchange& exchange, const v1::CallResult& result) {
  switch (result.error().kind()) {
    case v1::CallError::KIND_INVALID_INPUT:
      return ErrorResponse(absl::InvalidArgumentError(result.error().message()));
    case v1::CallError::KIND_JAIL_ERROR:
    case v1::CallError::KIND_CANCELLED:
      if (std::optional<Response> failure = FailureResponse(service, result.record()))
        return *std::move(failure);
      return ErrorResponse(Error::kJailError, result.error().message());
    default:
      break;
  }
  if (exchange.AcceptsProtobuf()) return ProtobufResponse(result);
  return {.body = service.engine().call_json(result)};
}

}  // namespace jail::serve
