// Between Beast's messages and ours.
#ifndef TOOLS_JAILD_HTTP_MESSAGES_H_
#define TOOLS_JAILD_HTTP_MESSAGES_H_

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "jail/serve/error.h"
#include "jail/serve/exchange.h"
#include "jail/serve/http.h"
#include "tools/jaild/http/beast.h"

namespace jail::http {

using Parser = bhttp::request_parser<bhttp::string_body>;
using Request = bhttp::request<bhttp::string_body>;

inline std::string Copy(boost::core::string_view text) { return {text.data(), text.size()}; }

inline serve::Head HeadOf(const Request& request, const serve::Peer& peer) {
  serve::Head head = {
      .method = Copy(request.method_string()), .target = Copy(request.target()), .peer = peer};
  for (const auto& field : request) head.headers.emplace_back(Copy(field.name_string()), Copy(field.value()));
  return head;
}

// Two readers of one request must not read two requests. What Beast lets pass.
inline std::optional<serve::Response> Ambiguity(const Request& request) {
  const auto refuse = [](absl::string_view field, absl::string_view words) {
    return serve::ErrorResponse(serve::Error::kMalformed, words, field);
  };
  if (request.version() != 10 && request.version() != 11) return refuse("", "neither HTTP/1.0 nor HTTP/1.1");
  for (const char* name :
       {"Host", "Content-Length", "Transfer-Encoding", "Content-Type", "Authorization", "Origin"}) {
    if (request.count(name) > 1) return refuse(name, "is there twice");
  }
  if (request.version() == 11 && request.count("Host") == 0) return refuse("Host", "is missing");
  const std::string length = Copy(request["Content-Length"]);  // Beast takes "4, 4".
  if (!std::all_of(length.begin(), length.end(), absl::ascii_isdigit))
    return refuse("Content-Length", "is no number");
  if (request.count("Transfer-Encoding") == 0) return std::nullopt;
  if (request.count("Content-Length") != 0)
    return refuse("Content-Length", "stands beside Transfer-Encoding");
  if (request.version() != 11 || !absl::EqualsIgnoreCase(Copy(request["Transfer-Encoding"]), "chunked"))
    return refuse("Transfer-Encoding", "is not chunked, of HTTP/1.1");
  return std::nullopt;
}

// Why a request could not be read; nothing: the client has gone, or was too slow and is gone now.
inline std::optional<serve::Response> Unreadable(ErrorCode error, const v1::ServeConfig& config) {
  if (error == bhttp::error::header_limit)
    return serve::ErrorResponse(serve::Error::kHeaderTooLarge,
                                absl::StrCat("the header is over ", config.header_bytes(), " bytes"));
  if (error == bhttp::error::body_limit)
    return serve::ErrorResponse(serve::Error::kTooLarge,
                                absl::StrCat("the body is over ", config.body_bytes(), " bytes"));
  if (error == bhttp::error::end_of_stream || error == bhttp::error::partial_message) return std::nullopt;
  if (error.category() != make_error_code(bhttp::error::bad_method).category()) return std::nullopt;
  return serve::ErrorResponse(serve::Error::kMalformed, absl::StrCat("no HTTP request: ", error.message()));
}

inline std::string HttpDate() {
  return absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", absl::Now(), absl::UTCTimeZone());
}

template <typename Body>
bhttp::response<Body> HeaderOf(const serve::Response& response, const serve::Headers& common,
                               unsigned version) {
  bhttp::response<Body> message;
  message.version(version);
  message.result(static_cast<unsigned>(response.status));
  message.set(bhttp::field::server, "jaild");
  message.set(bhttp::field::date, HttpDate());
  if (!response.content_type.empty()) message.set(bhttp::field::content_type, response.content_type);
  for (const serve::Headers& headers : {common, response.headers}) {
    for (const auto& [name, value] : headers) message.set(name, value);
  }
  return message;
}

}  // namespace jail::http

#endif  // TOOLS_JAILD_HTTP_MESSAGES_H_
