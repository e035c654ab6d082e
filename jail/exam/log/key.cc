#include "jail/exam/log/key.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "jail/base/errno_name.h"
#include "jail/base/fd.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"

namespace jail::exam {
namespace {

constexpr absl::string_view kSecretPrefix = "jailrun exam key 1 secret ";
constexpr absl::string_view kPublicPrefix = "jailrun exam key 1 public ";
constexpr size_t kMostKeyFileBytes = 256;  // Of a line of 91.
constexpr mode_t kOthers = S_IRWXG | S_IRWXO;

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// Lowercase alone: one key has one text.
template <size_t size>
bool ReadHex(absl::string_view hex, std::array<unsigned char, size>* bytes) {
  if (hex.size() != 2 * size || hex.find_first_not_of("0123456789abcdef") != absl::string_view::npos)
    return false;
  return sodium_hex2bin(bytes->data(), size, hex.data(), hex.size(), nullptr, nullptr, nullptr) == 0;
}

absl::Status NoKey(absl::string_view kind, absl::string_view prefix) {
  return absl::InvalidArgumentError(absl::StrCat("is no ", kind, " key: that is one line, \"", prefix,
                                                 "\" and 64 lowercase hexadecimal digits"));
}

absl::Status CannotRead(const std::string& path, int error) {
  if (error == ELOOP)
    return absl::InvalidArgumentError(
        absl::StrCat("the key ", Quoted(path), " is a link: name the file itself"));
  return absl::Status(absl::ErrnoToStatusCode(error),
                      absl::StrCat("the key ", Quoted(path), " cannot be read: ", ErrnoName(error)));
}

absl::Status CheckKeyFile(int fd, const std::string& path) {
  struct stat info = {};
  if (fstat(fd, &info) != 0) return CannotRead(path, errno);
  if (!S_ISREG(info.st_mode))
    return absl::InvalidArgumentError(absl::StrCat("the key ", Quoted(path), " is no regular file"));
  if ((info.st_mode & kOthers) == 0) return absl::OkStatus();
  return absl::PermissionDeniedError(absl::StrFormat(
      "the key %s is open to others than its owner (mode %04o): chmod 600 it, and make a new one "
      "with jailrun keygen if somebody may have read it",
      Quoted(path), info.st_mode & 07777));
}

}  // namespace

void Wipe(std::string* secret) { sodium_memzero(secret->data(), secret->size()); }

absl::StatusOr<PublicKey> PublicKey::FromHex(absl::string_view hex) {
  PublicKey key;
  if (!ReadHex(hex, &key.bytes_))
    return absl::InvalidArgumentError("a public key is 64 lowercase hexadecimal digits");
  return key;
}

absl::StatusOr<PublicKey> PublicKey::Parse(absl::string_view text) {
  if (absl::StartsWith(text, kSecretPrefix))
    return absl::InvalidArgumentError("is the secret key: the public one is in the file beside it, FILE.pub");
  absl::string_view hex = absl::StripSuffix(text, "\n");
  PublicKey key;
  if (absl::ConsumePrefix(&hex, kPublicPrefix) && ReadHex(hex, &key.bytes_)) return key;
  return NoKey("public", kPublicPrefix);
}

std::string PublicKey::Text() const { return absl::StrCat(kPublicPrefix, Hex(), "\n"); }

std::string PublicKey::Hex() const {
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(bytes_.data()), bytes_.size()));
}

bool PublicKey::HasSigned(absl::string_view message, absl::string_view signature) const {
  return signature.size() == kSignatureBytes &&
         crypto_sign_verify_detached(Bytes(signature), Bytes(message), message.size(), bytes_.data()) == 0;
}

absl::StatusOr<SecretKey> SecretKey::Generate() {
  if (sodium_init() < 0) return absl::UnavailableError("the host gives no random bytes");
  SecretKey key;
  PublicKey unused;
  crypto_sign_keypair(unused.bytes_.data(), key.bytes_.data());
  return key;
}

absl::StatusOr<SecretKey> SecretKey::Parse(absl::string_view text) {
  std::array<unsigned char, crypto_sign_SEEDBYTES> seed = {};
  const absl::Cleanup wipe = [&seed] { sodium_memzero(seed.data(), seed.size()); };
  absl::string_view hex = absl::StripSuffix(text, "\n");
  if (!absl::ConsumePrefix(&hex, kSecretPrefix) || !ReadHex(hex, &seed))
    return NoKey("secret", kSecretPrefix);
  SecretKey key;
  PublicKey unused;
  crypto_sign_seed_keypair(unused.bytes_.data(), key.bytes_.data(), seed.data());
  return key;
}

absl::StatusOr<SecretKey> SecretKey::Read(const std::string& path) {
  // Without O_NONBLOCK a FIFO would keep us until somebody writes to it.
  const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK));
  if (!fd.valid()) return CannotRead(path, errno);
  JAIL_RETURN_IF_ERROR(CheckKeyFile(fd.get(), path));
  std::array<char, kMostKeyFileBytes> text = {};
  const absl::Cleanup wipe = [&text] { sodium_memzero(text.data(), text.size()); };
  const ssize_t got = read(fd.get(), text.data(), text.size());
  if (got < 0) return CannotRead(path, errno);
  absl::StatusOr<SecretKey> key = Parse(absl::string_view(text.data(), static_cast<size_t>(got)));
  if (key.ok()) return key;
  return absl::InvalidArgumentError(absl::StrCat("the file ", Quoted(path), " ", key.status().message()));
}

SecretKey::SecretKey(SecretKey&& other) noexcept : bytes_(other.bytes_) {
  sodium_memzero(other.bytes_.data(), other.bytes_.size());
}

SecretKey& SecretKey::operator=(SecretKey&& other) noexcept {
  if (this == &other) return *this;
  bytes_ = other.bytes_;
  sodium_memzero(other.bytes_.data(), other.bytes_.size());
  return *this;
}

SecretKey::~SecretKey() { sodium_memzero(bytes_.data(), bytes_.size()); }

std::string SecretKey::Text() const {
  std::array<char, 2 * crypto_sign_SEEDBYTES + 1> hex = {};
  sodium_bin2hex(hex.data(), hex.size(), bytes_.data(), crypto_sign_SEEDBYTES);
  std::string text = absl::StrCat(kSecretPrefix, hex.data(), "\n");
  sodium_memzero(hex.data(), hex.size());
  return text;
}

PublicKey SecretKey::Public() const {
  PublicKey key;
  std::copy_n(bytes_.data() + crypto_sign_SEEDBYTES, key.bytes_.size(), key.bytes_.data());
  return key;
}

std::string SecretKey::Sign(absl::string_view message) const {
  std::string signature(kSignatureBytes, '\0');
  crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr, Bytes(message),
                       message.size(), bytes_.data());
  return signature;
}

}  // namespace jail::exam
