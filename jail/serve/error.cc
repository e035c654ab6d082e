#include "jail/serve/error.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "jail/serve/json.h"

namespace jail::serve {
namespace {

struct ErrorRow {
  Error error;
  int status;
  absl::string_view code;
};
constexpr ErrorRow kErrors[] = {
    {Error::kMalformed, 400, "malformed"},
    {Error::kUnauthorized, 401, "unauthorized"},
    {Error::kForbidden, 403, "forbidden"},
    {Error::kNotFound, 404, "not_found"},
    {Error::kMethodNotAllowed, 405, "method_not_allowed"},
    {Error::kTooLarge, 413, "too_large"},
    {Error::kUnsupportedMedia, 415, "unsupported_media_type"},
    {Error::kWrongHost, 421, "wrong_host"},
    {Error::kUnknownLanguage, 422, "unknown_language"},
    {Error::kUpgradeRequired, 426, "upgrade_required"},
    {Error::kRateLimited, 429, "rate_limited"},
    {Error::kQueueFull, 429, "queue_full"},
    {Error::kHeaderTooLarge, 431, "header_too_large"},
    {Error::kCancelled, 499, "cancelled"},
    {Error::kJailError, 500, "jail_error"},
    {Error::kNotImplemented, 501, "not_implemented"},
    {Error::kUnavailable, 503, "unavailable"},
    {Error::kDraining, 503, "draining"},
};

const ErrorRow& RowOf(Error error) {
  return *std::find_if(std::begin(kErrors), std::end(kErrors),
                       [error](const ErrorRow& row) { return row.error == error; });
}

// "limits.memory_bytes", "files[0].path", "env[\"A B\"]": what stands before ": " when it is no sentence.
bool IsField(absl::string_view text) {
  const auto fits = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("_.[]\"-", c);
  };
  return !text.empty() && absl::ascii_isalpha(static_cast<unsigned char>(text.front())) &&
         std::all_of(text.begin(), text.end(), fits);
}

struct StatusRow {
  absl::StatusCode code;
  absl::string_view field;     // Empty: any.
  absl::string_view contains;  // In the message.
  Error error;
};
// The first that fits.
constexpr StatusRow kStatuses[] = {
    {absl::StatusCode::kNotFound, "language", "", Error::kUnknownLanguage},
    {absl::StatusCode::kFailedPrecondition, "language", "", Error::kUnknownLanguage},
    {absl::StatusCode::kInvalidArgument, "files", "over limits.source_bytes", Error::kTooLarge},
    {absl::StatusCode::kInvalidArgument, "", "", Error::kMalformed},
    {absl::StatusCode::kNotFound, "", "", Error::kMalformed},
    {absl::StatusCode::kFailedPrecondition, "", "", Error::kMalformed},
    {absl::StatusCode::kOutOfRange, "", "", Error::kMalformed},
    {absl::StatusCode::kPermissionDenied, "", "", Error::kForbidden},
    {absl::StatusCode::kCancelled, "", "", Error::kCancelled},
    {absl::StatusCode::kResourceExhausted, "", "", Error::kQueueFull},
    {absl::StatusCode::kUnavailable, "", "", Error::kDraining},
    {absl::StatusCode::kDeadlineExceeded, "", "", Error::kUnavailable},
};
constexpr absl::Duration kRetryAfter = absl::Seconds(1);

}  // namespace

int StatusOf(Error error) { return RowOf(error).status; }
absl::string_view CodeOf(Error error) { return RowOf(error).code; }

Response ErrorResponse(Error error, absl::string_view words, absl::string_view field) {
  Json body = {{"error", std::string(words)}, {"code", std::string(CodeOf(error))}};
  if (!field.empty()) body["field"] = std::string(field);
  return {.status = StatusOf(error), .body = Text(body)};
}

Response RetryResponse(Error error, absl::string_view words, absl::Duration after) {
  Response response = ErrorResponse(error, words);
  const int64_t seconds = std::max<int64_t>(1, absl::ToInt64Seconds(absl::Ceil(after, absl::Seconds(1))));
  response.headers.emplace_back("Retry-After", absl::StrCat(seconds));
  return response;
}

Response ErrorResponse(const absl::Status& status) {
  absl::string_view words = status.message(), field;
  const size_t colon = words.find(": ");
  if (colon != absl::string_view::npos && IsField(words.substr(0, colon))) {
    field = words.substr(0, colon);
    words = words.substr(colon + 2);
  }
  for (const StatusRow& row : kStatuses) {
    if (row.code != status.code() || (!row.field.empty() && row.field != field)) continue;
    if (!absl::StrContains(words, row.contains)) continue;
    const bool later = StatusOf(row.error) == 429 || StatusOf(row.error) == 503;
    return later ? RetryResponse(row.error, words, kRetryAfter) : ErrorResponse(row.error, words, field);
  }
  return ErrorResponse(Error::kJailError, words);
}

}  // namespace jail::serve
