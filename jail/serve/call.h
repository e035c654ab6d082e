// Function runs of the service, whoever asked for them: over a WebSocket or not.
#ifndef JAIL_SERVE_CALL_H_
#define JAIL_SERVE_CALL_H_

#include "absl/status/status.h"
#include "jail/serve/exchange.h"
#include "jail/serve/http.h"
#include "jail/serve/service.h"
#include "jail/v1/call.pb.h"

namespace jail::serve {

// Checks it as far as can be known before it runs; sets what it does not say.
absl::Status PrepareCall(const Service& service, const Exchange& exchange, v1::CallSpec* spec);
Response CallResponse(const Service& service, const Exchange& exchange, const v1::CallResult& result);

}  // namespace jail::serve

#endif  // JAIL_SERVE_CALL_H_
