// JSON that we write. What we read is read by jail/exam/message_json.h.
#ifndef JAIL_SERVE_JSON_H_
#define JAIL_SERVE_JSON_H_

#include <string>

#include "absl/time/time.h"
#include "nlohmann/json.hpp"

namespace jail::serve {

using Json = nlohmann::ordered_json;

// In one line; what is no UTF-8 becomes U+FFFD.
inline std::string Text(const Json& json) {
  return json.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

// RFC 3339, UTC, milliseconds.
inline std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

}  // namespace jail::serve

#endif  // JAIL_SERVE_JSON_H_
