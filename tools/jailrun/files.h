// Files the command line names, opened with the caller's own rights and read within bounds, and the
// places the record is written to. Nothing here knows about jails.
#ifndef TOOLS_JAILRUN_FILES_H_
#define TOOLS_JAILRUN_FILES_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jail/base/fd.h"

namespace jail::cli {

// "NotFound: cannot open "x.py": No such file or directory". For people: no locale is asked.
absl::Status SystemError(int error_number, absl::string_view what);

// A regular file or a pipe ("<(...)" in bash), never a device: /dev/zero has no end.
// OutOfRangeError when there are more than `max_bytes`, found before reading where that is possible.
absl::StatusOr<std::string> ReadSource(const std::string& path, size_t max_bytes);

// The same of an open descriptor of any kind; `name` is for the message.
absl::StatusOr<std::string> ReadAll(int fd, absl::string_view name, size_t max_bytes);

// What an operand names: "-" is standard input, all else a file as ReadSource takes it.
absl::StatusOr<std::string> ReadInput(const std::string& path, size_t max_bytes);

// For reading, whatever it is: a program may well be fed from /dev/zero.
absl::StatusOr<Fd> OpenForReading(const std::string& path);

// All of it: see WriteFully.
absl::Status WriteAll(int fd, absl::string_view bytes);

// Where the command line wants a record: nowhere, stdout, a file or an inherited descriptor.
struct Destination {
  enum class Kind { kNone, kStdout, kFile, kDescriptor };
  Kind kind = Kind::kNone;
  std::string path;
  int fd = -1;

  bool wanted() const { return kind != Kind::kNone; }
  // "stdout", "fd:5" or the path in quotes.
  std::string Name() const;
};

// "fd:5" or a file name.
absl::StatusOr<Destination> ParseDestination(absl::string_view text);

// A destination opened before the run, so that a bad one costs nothing, and written once after it.
class Target {
 public:
  // `stdout_open`: whether the caller gave us one at all.
  static absl::StatusOr<Target> Open(const Destination& destination, bool stdout_open);

  // Does nothing when none was wanted. Reports what close(2) reports, too.
  absl::Status Write(absl::string_view bytes) &&;

  // For what is written as it comes; -1: none was wanted. It stays this target's.
  int fd() const { return fd_; }

 private:
  std::string name_;
  Fd owned_;
  int fd_ = -1;
};

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_FILES_H_
