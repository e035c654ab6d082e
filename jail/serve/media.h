// What a request's body is, by its Content-Type.
#ifndef JAIL_SERVE_MEDIA_H_
#define JAIL_SERVE_MEDIA_H_

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "jail/serve/http.h"

namespace jail::serve {

inline constexpr char kJson[] = "application/json";
inline constexpr char kProtobuf[] = "application/x-protobuf";
inline constexpr char kEventStream[] = "text/event-stream";
inline constexpr char kPlainText[] = "text/plain; version=0.0.4; charset=utf-8";

// "application/json" of "Application/JSON; charset=utf-8"; empty when it is not said.
inline std::string MediaTypeOf(const Head& head) {
  const std::string* type = head.Find("Content-Type");
  if (type == nullptr) return "";
  const absl::string_view name = absl::string_view(*type).substr(0, type->find(';'));
  return absl::AsciiStrToLower(absl::StripAsciiWhitespace(name));
}

}  // namespace jail::serve

#endif  // JAIL_SERVE_MEDIA_H_
