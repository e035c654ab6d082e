#include "jail/serve/page.h"

#include <cstddef>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "google/protobuf/io/gzip_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "jail/serve/error.h"
#include "jail/serve/handlers.h"

namespace jail::serve {
namespace {

// Nothing from elsewhere, nothing inline, and no text of a program's ever read as HTML.
constexpr char kContentPolicy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

// Whether a header of alternatives ("gzip, br;q=0.5") has this one, and not with q=0.
bool Accepts(const std::string* header, absl::string_view name) {
  if (header == nullptr) return false;
  return absl::c_any_of(absl::StrSplit(*header, ','), [name](absl::string_view alternative) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(alternative, absl::MaxSplits(';', 1));
    const absl::string_view quality = absl::StripAsciiWhitespace(parts.second);
    return absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(parts.first), name) &&
           !(absl::StartsWithIgnoreCase(quality, "q=0") &&
             quality.find_first_of("123456789") == quality.npos);
  });
}

// If-None-Match: "*", or a list of tags, weak or not.
bool HasIt(const std::string* tags, absl::string_view tag) {
  if (tags == nullptr) return false;
  return absl::c_any_of(absl::StrSplit(*tags, ','), [tag](absl::string_view one) {
    one = absl::StripAsciiWhitespace(one);
    absl::ConsumePrefix(&one, "W/");
    return one == "*" || one == tag;
  });
}

std::string Unpacked(absl::string_view gzip) {
  google::protobuf::io::ArrayInputStream packed(gzip.data(), static_cast<int>(gzip.size()));
  google::protobuf::io::GzipInputStream stream(&packed, google::protobuf::io::GzipInputStream::GZIP);
  std::string bytes;
  const void* data = nullptr;
  for (int size = 0; stream.Next(&data, &size);) {
    bytes.append(static_cast<const char*>(data), static_cast<size_t>(size));
  }
  return bytes;
}

}  // namespace

Response AssetResponse(const Asset& asset, const Head& head) {
  const bool packed = Accepts(head.Find("Accept-Encoding"), "gzip");
  const std::string tag = absl::StrCat("\"", asset.sha256, packed ? "-gzip" : "", "\"");
  // Asked for anew each time, and sent when another jaild has another: an old script would speak to a new
  // service.
  Response response = {.headers = {{"ETag", tag},
                                   {"Cache-Control", "no-cache"},
                                   {"Vary", "Accept-Encoding"},
                                   {"Content-Security-Policy", kContentPolicy},
                                   {"Cross-Origin-Opener-Policy", "same-origin"},
                                   {"Referrer-Policy", "no-referrer"}}};
  if (HasIt(head.Find("If-None-Match"), tag)) {
    response.status = 304;
    response.content_type = "";
    return response;
  }
  response.content_type = std::string(asset.content_type);
  if (packed) response.headers.emplace_back("Content-Encoding", "gzip");
  response.body = packed ? std::string(asset.gzip) : Unpacked(asset.gzip);
  return response;
}

void Page(Service& /*service*/, const ExchangePtr& exchange) {
  const absl::Span<const Asset> assets = PageAssets();
  const auto* asset =
      absl::c_find_if(assets, [&exchange](const Asset& a) { return a.path == exchange->head.path(); });
  if (asset == assets.end())
    return exchange->answer(ErrorResponse(Error::kNotFound, "this jaild was built without it"));
  exchange->answer(AssetResponse(*asset, exchange->head));
}

}  // namespace jail::serve
