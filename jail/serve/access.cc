#include "jail/serve/access.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sodium.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "jail/base/sha256.h"
#include "jail/serve/error.h"

namespace jail::serve {
namespace {

// "[::1]:4000" is "[::1]".
absl::string_view WithoutPort(absl::string_view host) {
  const size_t bracket = host.rfind(']');
  const size_t colon = host.rfind(':');
  const bool has_port = colon != host.npos && (bracket == host.npos || colon > bracket);
  return has_port ? host.substr(0, colon) : host;
}

bool IsLoopbackName(absl::string_view host) {
  if (absl::EqualsIgnoreCase(host, "localhost") || host == "[::1]") return true;
  const std::vector<absl::string_view> parts = absl::StrSplit(host, '.');
  int number = 0;
  return parts.size() == 4 && parts[0] == "127" &&
         absl::c_all_of(parts, [&](absl::string_view p) { return absl::SimpleAtoi(p, &number); });
}

Response Unauthorized(absl::string_view words) {
  Response response = ErrorResponse(Error::kUnauthorized, words);
  response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

// One customer has a whole /64 of IPv6 addresses to come from.
std::string TenantByAddress(const std::string& address) {
  in6_addr bits = {};
  if (inet_pton(AF_INET6, address.c_str(), &bits) != 1) return address;
  std::fill(std::begin(bits.s6_addr) + 8, std::end(bits.s6_addr), 0);
  char text[INET6_ADDRSTRLEN] = {};
  return inet_ntop(AF_INET6, &bits, text, sizeof text);
}

}  // namespace

Access::Access(const v1::ServeConfig& config, uid_t own_uid)
    : anonymous_(config.anonymous()),
      uids_(config.unix_uids().begin(), config.unix_uids().end()),
      own_uid_(own_uid),
      origins_(config.allowed_origins().begin(), config.allowed_origins().end()),
      hosts_(config.allowed_hosts().begin(), config.allowed_hosts().end()) {
  for (const v1::Token& token : config.tokens()) {
    Known known = {absl::HexStringToBytes(token.sha256()), {token.tenant(), token.scopes().empty(), false}};
    for (const int scope : token.scopes()) {
      known.caller.execute |= scope == v1::SCOPE_EXECUTE;
      known.caller.admin |= scope == v1::SCOPE_ADMIN;
    }
    tokens_.push_back(std::move(known));
  }
}

std::variant<Caller, Response> Access::Admit(const Head& head) const {
  if (!IsOurHost(head))
    return ErrorResponse(Error::kWrongHost, "this host name is none of ours (allowed_hosts)", "Host");
  if (!IsOurOrigin(head))
    return ErrorResponse(Error::kForbidden, "pages of this origin may not call (allowed_origins)", "Origin");
  if (const std::string* given = head.Find("Authorization")) {
    absl::string_view token = *given;
    const size_t blank = token.find(' ');
    if (!absl::EqualsIgnoreCase(token.substr(0, blank), "bearer") || blank == token.npos)
      return Unauthorized("the scheme is not Bearer");
    return ByToken(absl::StripAsciiWhitespace(token.substr(blank)));
  }
  if (const std::string* key = head.Find("X-Api-Key")) return ByToken(*key);  // As dify's clients have it.
  if (head.peer.uid) return ByUid(*head.peer.uid);
  if (open() && head.peer.here) return Caller{"local", true, true};
  if (anonymous_) return Caller{TenantByAddress(head.peer.address), true, false};
  return Unauthorized("a token is needed: Authorization: Bearer TOKEN");
}

Headers Access::CorsHeaders(const Head& head) const {
  const std::string* origin = head.Find("Origin");
  if (origin == nullptr || !absl::c_linear_search(origins_, *origin)) return {};
  return {{"Access-Control-Allow-Origin", *origin},
          {"Access-Control-Allow-Methods", "GET, POST"},
          {"Access-Control-Allow-Headers", "Authorization, Content-Type, X-Request-Id"},
          {"Access-Control-Expose-Headers", "Retry-After, X-Request-Id"},
          {"Vary", "Origin"}};
}

// A page elsewhere can have its own name resolve to this machine, and its requests then look like our pages'.
bool Access::IsOurHost(const Head& head) const {
  if (head.peer.uid || (hosts_.empty() && !open())) return true;
  const std::string* host = head.Find("Host");
  if (host == nullptr) return false;
  const absl::string_view name = WithoutPort(*host);
  return IsLoopbackName(name) || absl::c_any_of(hosts_, [name](const std::string& ours) {
           return absl::EqualsIgnoreCase(ours, name);
         });
}

// Browsers say where a page is from, others say nothing. Our own page's requests name ourselves.
bool Access::IsOurOrigin(const Head& head) const {
  const std::string* origin = head.Find("Origin");
  if (origin == nullptr || absl::c_linear_search(origins_, *origin)) return true;
  const std::string* host = head.Find("Host");
  absl::string_view name = *origin;
  return host != nullptr &&
         (absl::ConsumePrefix(&name, "http://") || absl::ConsumePrefix(&name, "https://")) &&
         absl::EqualsIgnoreCase(name, *host);
}

// Looks at all of them in the same time, whichever it is.
std::variant<Caller, Response> Access::ByToken(absl::string_view token) const {
  const std::string digest = Sha256Of(token);
  const Known* found = nullptr;
  for (const Known& known : tokens_) {
    if (sodium_memcmp(known.digest.data(), digest.data(), digest.size()) == 0) found = &known;
  }
  if (found == nullptr) return Unauthorized("there is no such token");
  return found->caller;
}

std::variant<Caller, Response> Access::ByUid(uid_t uid) const {
  const std::string tenant = absl::StrCat("uid-", uid);
  if (uid == 0 || uid == own_uid_) return Caller{tenant, true, true};
  if (absl::c_linear_search(uids_, uid)) return Caller{tenant, true, false};
  return ErrorResponse(Error::kForbidden, absl::StrCat("uid ", uid, " may not (unix_uids)"));
}

}  // namespace jail::serve
