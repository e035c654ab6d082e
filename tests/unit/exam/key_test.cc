#include "jail/exam/log/key.h"

#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/cli/scratch.h"

namespace jail::exam {
namespace {

using testing::HasSubstr;

// RFC 8032, 7.1, test 1.
constexpr char kSecretText[] =
    "jailrun exam key 1 secret 9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60\n";
constexpr char kPublicText[] =
    "jailrun exam key 1 public d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\n";

TEST(KeyTest, IsEd25519) {
  const SecretKey key = SecretKey::Parse(kSecretText).value();
  EXPECT_EQ(key.Public().Text(), kPublicText);
  EXPECT_EQ(key.Text(), kSecretText);
  EXPECT_TRUE(key.Public().HasSigned("x", key.Sign("x")));
  EXPECT_FALSE(key.Public().HasSigned("y", key.Sign("x")));
  EXPECT_FALSE(key.Public().HasSigned("x", ""));
}

TEST(KeyTest, TextsAreStrict) {
  const std::string secret = kSecretText;
  EXPECT_TRUE(SecretKey::Parse(secret.substr(0, secret.size() - 1)).ok()) << "without its newline";
  for (const std::string& bad :
       {std::string(), secret + "\n", " " + secret, secret.substr(1), secret + "0",
        absl::StrReplaceAll(secret, {{"9d61", "9D61"}}), absl::StrReplaceAll(secret, {{"9d61", "9g61"}}),
        absl::StrReplaceAll(secret, {{"9d61", "9d6"}}), absl::StrReplaceAll(secret, {{"key 1", "key 2"}}),
        std::string(kPublicText)}) {
    EXPECT_FALSE(SecretKey::Parse(bad).ok()) << bad;
  }
  EXPECT_TRUE(PublicKey::Parse(kPublicText).ok());
  EXPECT_FALSE(PublicKey::Parse(absl::AsciiStrToUpper(kPublicText)).ok());
  EXPECT_THAT(PublicKey::Parse(secret).status().message(), HasSubstr("FILE.pub"));
}

TEST(KeyTest, ErrorsShowNoSecret) {
  const std::string bad = absl::StrReplaceAll(kSecretText, {{"key 1", "key 2"}});
  EXPECT_THAT(SecretKey::Parse(bad).status().message(), testing::Not(HasSubstr("9d61")));
}

TEST(KeyTest, EveryGeneratedKeyIsAnother) {
  const SecretKey one = SecretKey::Generate().value(), other = SecretKey::Generate().value();
  EXPECT_FALSE(one.Public() == other.Public());
  EXPECT_TRUE(SecretKey::Parse(one.Text())->Public() == one.Public());
}

TEST(KeyTest, MovesAndLeavesNothingBehind) {
  SecretKey key = SecretKey::Parse(kSecretText).value();
  const SecretKey moved = std::move(key);
  EXPECT_EQ(moved.Text(), kSecretText);
  // NOLINTNEXTLINE(bugprone-use-after-move): that is the test.
  EXPECT_EQ(key.Text().find("9d61"), std::string::npos);
  std::string text = kSecretText;
  Wipe(&text);
  EXPECT_EQ(text, std::string(text.size(), '\0'));
}

class KeyFileTest : public testing::Test {
 protected:
  std::string Made(mode_t mode, const std::string& text = kSecretText) const {
    scratch_.Write("key", text);
    EXPECT_EQ(chmod(scratch_.Path("key").c_str(), mode), 0);
    return scratch_.Path("key");
  }
  const cli::Scratch scratch_;
};

TEST_F(KeyFileTest, IsReadWhenItIsItsOwnersAlone) {
  EXPECT_EQ(SecretKey::Read(Made(0600))->Text(), kSecretText);
  EXPECT_EQ(SecretKey::Read(Made(0400))->Text(), kSecretText);
}

TEST_F(KeyFileTest, IsRefusedWithTheCureWhenOthersCanReadIt) {
  for (const mode_t mode : {0644U, 0640U, 0604U, 0620U}) {
    const absl::Status status = SecretKey::Read(Made(mode)).status();
    EXPECT_TRUE(absl::IsPermissionDenied(status)) << status;
    EXPECT_THAT(status.message(), HasSubstr("chmod 600"));
  }
}

TEST_F(KeyFileTest, IsARegularFileAndNoLink) {
  Made(0600);
  ASSERT_EQ(symlink("key", scratch_.Path("link").c_str()), 0);
  EXPECT_THAT(SecretKey::Read(scratch_.Path("link")).status().message(), HasSubstr("is a link"));
  ASSERT_EQ(mkfifo(scratch_.Path("fifo").c_str(), 0600), 0);
  EXPECT_THAT(SecretKey::Read(scratch_.Path("fifo")).status().message(), HasSubstr("no regular file"));
  EXPECT_THAT(SecretKey::Read(scratch_.Path()).status().message(), HasSubstr("no regular file"));
  EXPECT_THAT(SecretKey::Read(scratch_.Path("none")).status().message(), HasSubstr("ENOENT"));
}

TEST_F(KeyFileTest, IsOneLine) {
  for (const std::string& text :
       {std::string(), std::string(kSecretText) + kSecretText, std::string(1 << 20, 'x')}) {
    const absl::Status status = SecretKey::Read(Made(0600, text)).status();
    EXPECT_THAT(status.message(), HasSubstr("is no secret key"));
  }
}

}  // namespace
}  // namespace jail::exam
