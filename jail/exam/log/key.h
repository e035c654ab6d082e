// The keys that sign exam logs: Ed25519. Files hold one line:
//
//   jailrun exam key 1 secret <64 hexadecimal digits>     (mode 0600)
//   jailrun exam key 1 public <64 hexadecimal digits>
#ifndef JAIL_EXAM_LOG_KEY_H_
#define JAIL_EXAM_LOG_KEY_H_

#include <sodium.h>

#include <array>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace jail::exam {

inline constexpr size_t kSignatureBytes = crypto_sign_BYTES;

class PublicKey {
 public:
  // The line, with or without its newline; nothing else. Says so when it is a secret key.
  static absl::StatusOr<PublicKey> Parse(absl::string_view text);
  static absl::StatusOr<PublicKey> FromHex(absl::string_view hex);

  std::string Text() const;  // With its newline.
  std::string Hex() const;
  bool HasSigned(absl::string_view message, absl::string_view signature) const;

  friend bool operator==(const PublicKey&, const PublicKey&) = default;

 private:
  friend class SecretKey;
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> bytes_ = {};
};

// Gone from memory with its last owner; it moves and is never copied.
class SecretKey {
 public:
  static absl::StatusOr<SecretKey> Generate();
  static absl::StatusOr<SecretKey> Parse(absl::string_view text);
  // A regular file, not a link, that nobody but its owner can use: PermissionDeniedError otherwise.
  static absl::StatusOr<SecretKey> Read(const std::string& path);

  SecretKey(SecretKey&& other) noexcept;
  SecretKey& operator=(SecretKey&& other) noexcept;
  SecretKey(const SecretKey&) = delete;
  SecretKey& operator=(const SecretKey&) = delete;
  ~SecretKey();

  std::string Text() const;  // With its newline. The caller calls Wipe on it.
  PublicKey Public() const;
  std::string Sign(absl::string_view message) const;  // kSignatureBytes

 private:
  SecretKey() = default;
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> bytes_ = {};  // The seed, then the public key.
};

// Overwrites what was a secret.
void Wipe(std::string* secret);

}  // namespace jail::exam

#endif  // JAIL_EXAM_LOG_KEY_H_
