// The languages' ends of the channel, runtimes/*/call/, as they lie in this library.
#ifndef JAIL_CALL_SHIMS_H_
#define JAIL_CALL_SHIMS_H_

#include "absl/strings/string_view.h"

namespace jail::call {

struct Shim {
  absl::string_view path;  // Under the work directory.
  absl::string_view content;
};

extern const Shim kJavascriptShim;
extern const Shim kTypescriptTypes;  // What JavaScript's needs beside it then,
extern const Shim kJavascriptDebug;  // and for steps and profiles.
extern const Shim kPythonShim;

}  // namespace jail::call

#endif  // JAIL_CALL_SHIMS_H_
