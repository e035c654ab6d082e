// What the build-time compilers share: reading textproto files, hashing, and writing generated C++.
// They print "FILE[:LINE]: what is wrong" and exit 1, so a mistake in the data fails the build there.
#ifndef JAIL_TOOLS_BUILD_DATA_H_
#define JAIL_TOOLS_BUILD_DATA_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace jail::build {

absl::StatusOr<std::string> ReadFile(const std::string& path);
absl::Status WriteFile(const std::string& path, absl::string_view text);

// Errors name file and line.
absl::Status ReadTextproto(const std::string& path, google::protobuf::Message* message);

// The same bytes for the same message in every build.
std::string Serialize(const google::protobuf::Message& message);

// "0x1f, 0x00, ..." for an array's initializer.
std::string ByteList(absl::string_view bytes);

// The 32 bytes of a SHA-256.
std::string Sha256(absl::string_view bytes);

// An absolute path without "//", "/./", "/../" or an ending "/"; not "/" itself.
bool IsNormalPath(absl::string_view path);

}  // namespace jail::build

#endif  // JAIL_TOOLS_BUILD_DATA_H_
