// Records and plans as bytes and as text for programs: JSON both ways, the plan as text protobuf.
// Rendering for people is render.h.
#ifndef TOOLS_JAILRUN_RECORD_TEXT_H_
#define TOOLS_JAILRUN_RECORD_TEXT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "jail/v1/plan.pb.h"
#include "jail/v1/result.pb.h"

namespace jail::cli {

// proto3 JSON, indented, with the field names of the .proto files; bytes are base64, 64-bit numbers strings.
absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message);

// The same, and each output as readable text beside the bytes: Output.text and tail_text.
absl::StatusOr<std::string> ToJson(const v1::ResultRecord& record);

// Binary or JSON, whichever it is. Fields this build does not know are ignored, and the readable texts of
// JSON, which say nothing that the bytes do not.
absl::StatusOr<v1::ResultRecord> ParseRecord(absl::string_view bytes);

// Of a file, or of standard input when the path is "-".
absl::StatusOr<v1::ResultRecord> ReadRecord(const std::string& path);

// Text protobuf; long contents are cut, checksums in hexadecimal.
std::string PlanText(const v1::RunPlan& plan);

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_RECORD_TEXT_H_
