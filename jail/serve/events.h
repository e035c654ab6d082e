// Server-sent events: how a run that is watched is told of.
#ifndef JAIL_SERVE_EVENTS_H_
#define JAIL_SERVE_EVENTS_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "jail/serve/http.h"
#include "jail/serve/json.h"

namespace jail::serve {

// Says nothing, so that nobody between us and the client takes the silence for the end.
inline constexpr char kNoEvent[] = ": \n\n";

// `data` has no line ends.
inline std::string Event(absl::string_view name, absl::string_view data) {
  return absl::StrCat("event: ", name, "\ndata: ", data, "\n\n");
}

// "event: stdout" with a piece of text as a JSON string; of any other stream it is JSON itself.
inline std::string PieceEvent(absl::string_view stream, absl::string_view text) {
  const bool output = stream == "stdout" || stream == "stderr";
  return output ? Event(stream, Text(Json(std::string(text)))) : Event(stream, text);
}

// "event: result" or "event: error", with what would have been the answer's body.
inline std::string LastEvent(const Response& response) {
  return Event(response.status == 200 ? "result" : "error", response.body);
}

}  // namespace jail::serve

#endif  // JAIL_SERVE_EVENTS_H_
