// Messages as people write them in JSON: exams' specs, and the bodies of the HTTP service.
#ifndef JAIL_EXAM_MESSAGE_JSON_H_
#define JAIL_EXAM_MESSAGE_JSON_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace jail::exam {

// Strict: no comments, no name twice, no unknown field, nothing after the value. Beyond the proto3 mapping
// (names in snake_case or camelCase): enum values in any case, with or without the enum's prefix; a Checker
// as its kind; a HostFunction as its name; files as {"path": "text"}; fields `..._json` as the JSON value
// that they stand for, where a string is JSON text (the string a is "\"a\"") and null is the value null;
// CallSpec.globals, and CallSpec.input_json as `input`, as JSON values of any kind. Numbers keep their
// digits. `whole` is what messages call the text; two words: "the spec". InvalidArgumentError
// "cases[2].difficulty: ...".
absl::Status ReadMessageJson(absl::string_view text, absl::string_view whole,
                             google::protobuf::Message* message);

}  // namespace jail::exam

#endif  // JAIL_EXAM_MESSAGE_JSON_H_
