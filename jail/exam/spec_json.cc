#include "jail/exam/spec_json.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/exam/message_json.h"

namespace jail::exam {

absl::StatusOr<v1::ExamSpec> ParseSpec(absl::string_view bytes) {
  if (bytes.size() > kMaxSpecBytes)
    return Bad("the spec", absl::StrCat("is larger than ", FormatBytes(int64_t{kMaxSpecBytes})));
  v1::ExamSpec spec;
  if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(bytes), "{")) {
    JAIL_RETURN_IF_ERROR(ReadMessageJson(bytes, "the spec", &spec));
    return spec;
  }
  if (!spec.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return Bad("the spec", "is neither JSON nor a binary ExamSpec");
  return spec;
}

}  // namespace jail::exam
