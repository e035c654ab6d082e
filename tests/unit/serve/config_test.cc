#include "jail/serve/config.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jail::serve {
namespace {

using testing::HasSubstr;

TEST(ConfigTest, AnEmptyOneHasEveryFigure) {
  const auto config = ParseConfig("", "test");
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->body_bytes(), 1 << 20);
  EXPECT_EQ(config->queue(), 256);
  EXPECT_GE(config->runs(), 2);
}

TEST(ConfigTest, WrongOnesNameTheField) {
  const std::pair<const char*, const char*> wrong[] = {
      {"queue: 0", "queue"},
      {"drain_ms: -1", "drain_ms"},
      {"tokens { sha256: \"abc\" tenant: \"a\" }", "tokens[0].sha256"},
      {"tenants { runs: 1 }", "tenants[0].name"},
      {"tenants { name: \"a\" } tenants { name: \"a\" }", "tenants[1].name"},
      {"usual { weight: -1 }", "usual.weight"},
      {"usual { requests_per_second: nan }", "usual.requests_per_second"},
      {"allowed_origins: \"play.example\"", "allowed_origins[0]"},
      {"quue: 1", "quue"},
  };
  for (const auto& [text, field] : wrong) {
    const auto config = ParseConfig(text, "test");
    ASSERT_FALSE(config.ok()) << text;
    EXPECT_THAT(std::string(config.status().message()), HasSubstr(field));
  }
  const std::string digest(64, 'a');
  EXPECT_FALSE(ParseConfig(absl::StrCat("tokens { sha256: \"", digest, "\" tenant: \"a b\" }"), "test").ok());
}

TEST(ConfigTest, ATenantsRowIsOverTheUsual) {
  const auto config = ParseConfig(
      "queue: 100 runs: 7 usual { requests_per_second: 2.5 queue: 5 } tenants { name: \"acme\" queue: 50 "
      "weight: 3 }",
      "test");
  ASSERT_TRUE(config.ok()) << config.status();
  const v1::TenantRule acme = RuleOf(*config, "acme");
  EXPECT_EQ(acme.queue(), 50);
  EXPECT_EQ(acme.weight(), 3);
  EXPECT_EQ(acme.requests_per_second(), 2.5);
  EXPECT_EQ(acme.burst(), 3);
  EXPECT_EQ(acme.runs(), 7);
  EXPECT_EQ(RuleOf(*config, "other").queue(), 5);
}

TEST(ConfigTest, AFileThatIsNotThereMayBeAbsentOrNot) {
  EXPECT_TRUE(LoadConfig("/nonexistent/jaild.textproto", /*may_be_absent=*/true).ok());
  EXPECT_FALSE(LoadConfig("/nonexistent/jaild.textproto", /*may_be_absent=*/false).ok());
}

}  // namespace
}  // namespace jail::serve
