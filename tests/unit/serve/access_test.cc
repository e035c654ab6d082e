#include "jail/serve/access.h"

#include <string>
#include <utility>
#include <variant>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jail/base/sha256.h"
#include "jail/serve/config.h"

namespace jail::serve {
namespace {

constexpr uid_t kOwn = 500;

v1::ServeConfig Config(absl::string_view text = "") {
  const auto config = ParseConfig(text, "test");
  EXPECT_TRUE(config.ok()) << config.status();
  return config.ok() ? *config : v1::ServeConfig();
}

std::string WithToken(absl::string_view token, absl::string_view more = "") {
  return absl::StrCat("tokens { sha256: \"", absl::BytesToHexString(Sha256Of(token)), "\" tenant: \"acme\" ",
                      more, "}");
}

Head FromHere(Headers headers = {}) {
  headers.emplace_back("Host", "localhost:4000");
  return {.method = "GET",
          .target = "/",
          .headers = std::move(headers),
          .peer = {.address = "127.0.0.1", .here = true}};
}
Head FromElsewhere(Headers headers = {}) {
  Head head = FromHere(std::move(headers));
  head.peer = {.address = "192.0.2.7"};
  return head;
}
Head OverUnix(uid_t uid) {
  Head head = FromHere();
  head.peer = {.uid = uid};
  return head;
}

// "acme execute admin", or the status that refuses it.
std::string Answer(const v1::ServeConfig& config, const Head& head) {
  const auto answer = Access(config, kOwn).Admit(head);
  if (const auto* refusal = std::get_if<Response>(&answer)) return absl::StrCat(refusal->status);
  const auto& caller = std::get<Caller>(answer);
  return absl::StrCat(caller.tenant, caller.execute ? " execute" : "", caller.admin ? " admin" : "");
}

TEST(AccessTest, WithoutTokensThisMachineMayAll) {
  EXPECT_EQ(Answer(Config(), FromHere()), "local execute admin");
  EXPECT_EQ(Answer(Config(), FromElsewhere()), "401");
}

TEST(AccessTest, WithTokensEverybodyNeedsOne) {
  const auto config = Config(WithToken("secret"));
  EXPECT_EQ(Answer(config, FromHere()), "401");
  EXPECT_EQ(Answer(config, FromElsewhere({{"Authorization", "Bearer secret"}})), "acme execute");
  EXPECT_EQ(Answer(config, FromElsewhere({{"authorization", "bearer  secret"}})), "acme execute");
  for (const char* wrong :
       {"Bearer secre", "Bearer secrets", "Bearer ", "Bearer", "Basic secret", "secret", ""})
    EXPECT_EQ(Answer(config, FromElsewhere({{"Authorization", wrong}})), "401") << wrong;
}

TEST(AccessTest, AWrongTokenIsRefusedEvenWhereNoneIsNeeded) {
  EXPECT_EQ(Answer(Config("anonymous: true"), FromElsewhere({{"Authorization", "Bearer x"}})), "401");
}

TEST(AccessTest, ScopesAreTheTokens) {
  EXPECT_EQ(Answer(Config(WithToken("t", "scopes: SCOPE_ADMIN")), FromHere({{"Authorization", "Bearer t"}})),
            "acme admin");
}

TEST(AccessTest, StrangersAreTenantsByAddress) {
  EXPECT_EQ(Answer(Config("anonymous: true"), FromElsewhere()), "192.0.2.7 execute");
  Head six = FromElsewhere();
  six.peer.address = "2001:db8:1:2:3:4:5:6";
  EXPECT_EQ(Answer(Config("anonymous: true"), six), "2001:db8:1:2:: execute");
}

TEST(AccessTest, TheUidDecidesOverAUnixSocket) {
  EXPECT_EQ(Answer(Config(), OverUnix(0)), "uid-0 execute admin");
  EXPECT_EQ(Answer(Config(), OverUnix(kOwn)), "uid-500 execute admin");
  EXPECT_EQ(Answer(Config(), OverUnix(1234)), "403");
  EXPECT_EQ(Answer(Config("unix_uids: 1234"), OverUnix(1234)), "uid-1234 execute");
}

// DNS rebinding: a page's own name that leads to 127.0.0.1.
TEST(AccessTest, ANameThatIsNotOursIsRefused) {
  Head head = FromHere();
  for (const char* host :
       {"evil.example", "evil.example:4000", "127.0.0.1.evil.example", "localhost.evil.example", ""}) {
    head.headers = {{"Host", host}};
    EXPECT_EQ(Answer(Config(), head), "421") << host;
  }
  for (const char* host :
       {"localhost", "LOCALHOST:1", "127.0.0.1:4000", "127.1.2.3", "[::1]:4000", "[::1]"}) {
    head.headers = {{"Host", host}};
    EXPECT_EQ(Answer(Config(), head), "local execute admin") << host;
  }
  head.headers = {{"Host", "jaild.example"}};
  EXPECT_EQ(Answer(Config("allowed_hosts: \"jaild.example\""), head), "local execute admin");
  head.headers = {};
  EXPECT_EQ(Answer(Config(), head), "421");
}

TEST(AccessTest, APageOfAnotherOriginIsRefused) {
  EXPECT_EQ(Answer(Config(), FromHere({{"Origin", "http://evil.example"}})), "403");
  EXPECT_EQ(Answer(Config(), FromHere({{"Origin", "null"}})), "403");
  EXPECT_EQ(Answer(Config(), FromHere({{"Origin", "http://localhost:4000"}})), "local execute admin");
  EXPECT_EQ(Answer(Config("allowed_origins: \"http://play.example\""),
                   FromHere({{"Origin", "http://play.example"}})),
            "local execute admin");
}

TEST(AccessTest, CorsIsForAllowedOriginsOnly) {
  const Access access(Config("allowed_origins: \"http://play.example\""), kOwn);
  EXPECT_THAT(access.CorsHeaders(FromHere()), testing::IsEmpty());
  EXPECT_THAT(access.CorsHeaders(FromHere({{"Origin", "http://localhost:4000"}})), testing::IsEmpty());
  EXPECT_THAT(access.CorsHeaders(FromHere({{"Origin", "http://play.example"}})),
              testing::Contains(
                  std::pair<std::string, std::string>("Access-Control-Allow-Origin", "http://play.example")));
}

}  // namespace
}  // namespace jail::serve
