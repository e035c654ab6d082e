// What is answered when a request cannot be met: always JSON, {"error": words, "code": one of a few,
// "field"?: where}.
#ifndef JAIL_SERVE_ERROR_H_
#define JAIL_SERVE_ERROR_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "jail/serve/http.h"

namespace jail::serve {

enum class Error {
  kMalformed,         // 400
  kUnauthorized,      // 401
  kForbidden,         // 403
  kNotFound,          // 404
  kMethodNotAllowed,  // 405
  kTooLarge,          // 413
  kUnsupportedMedia,  // 415
  kWrongHost,         // 421
  kUnknownLanguage,   // 422
  kUpgradeRequired,   // 426
  kRateLimited,       // 429
  kQueueFull,         // 429
  kHeaderTooLarge,    // 431
  kCancelled,         // 499: nobody waits for this answer.
  kJailError,         // 500: this machine's fault.
  kNotImplemented,    // 501
  kUnavailable,       // 503
  kDraining,          // 503
};

// `words` are for a person. `field` is the request's, empty when it is none's.
Response ErrorResponse(Error error, absl::string_view words, absl::string_view field = "");
// With Retry-After in whole seconds, at least one.
Response RetryResponse(Error error, absl::string_view words, absl::Duration after);

// What our own functions say: "limits.memory_bytes: 8 GiB is over ..." names its field.
Response ErrorResponse(const absl::Status& status);

int StatusOf(Error error);
// "unknown_language"
absl::string_view CodeOf(Error error);

}  // namespace jail::serve

#endif  // JAIL_SERVE_ERROR_H_
