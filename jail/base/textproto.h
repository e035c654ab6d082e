// Reads protobuf text format with errors a person can act on: "FILE:LINE:COLUMN: what is wrong".
// Used by the build-time compilers and by the site file's loader. Its own library (jail_textproto),
// because the rest of base does not need protobuf.
#ifndef JAIL_BASE_TEXTPROTO_H_
#define JAIL_BASE_TEXTPROTO_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace jail {

// Replaces `message`. Every error is reported, one a line; unknown fields are errors.
absl::Status ParseTextproto(absl::string_view text, absl::string_view file,
                            google::protobuf::Message* message);

}  // namespace jail

#endif  // JAIL_BASE_TEXTPROTO_H_
