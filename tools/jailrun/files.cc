#include "tools/jailrun/files.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/base/write.h"

namespace jail::cli {
namespace {

constexpr size_t kChunkBytes = size_t{64} << 10;

absl::Status TooLarge(absl::string_view name, size_t max_bytes) {
  return absl::OutOfRangeError(absl::StrCat(name, " is over ", FormatBytes(static_cast<int64_t>(max_bytes)),
                                            " (raise it with --source)"));
}

absl::Status CheckSource(const struct stat& info, absl::string_view name, size_t max_bytes) {
  if (S_ISDIR(info.st_mode)) return absl::InvalidArgumentError(absl::StrCat(name, " is a directory"));
  if (!S_ISREG(info.st_mode) && !S_ISFIFO(info.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(name, " is neither a file nor a pipe"));
  }
  if (S_ISREG(info.st_mode) && static_cast<uint64_t>(info.st_size) > max_bytes)
    return TooLarge(name, max_bytes);
  return absl::OkStatus();
}

}  // namespace

absl::Status SystemError(int error_number, absl::string_view what) {
  // strerror's words without its locale and its buffer.
  const char* reason = strerrordesc_np(error_number);
  return absl::Status(absl::ErrnoToStatusCode(error_number),
                      absl::StrCat(what, ": ", reason == nullptr ? "unknown error" : reason));
}

absl::StatusOr<std::string> ReadAll(int fd, absl::string_view name, size_t max_bytes) {
  std::string bytes;
  // Not zeroed: of most sources, one page of it is ever touched.
  const auto chunk = std::make_unique_for_overwrite<char[]>(kChunkBytes);
  while (true) {
    const ssize_t got = read(fd, chunk.get(), kChunkBytes);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemError(errno, absl::StrCat("cannot read ", name));
    if (got == 0) return bytes;
    bytes.append(chunk.get(), static_cast<size_t>(got));
    if (bytes.size() > max_bytes) return TooLarge(name, max_bytes);
  }
}

absl::StatusOr<std::string> ReadSource(const std::string& path, size_t max_bytes) {
  const std::string name = Quoted(path);
  struct stat info = {};
  // Looked at before it is opened: opening a device can already do something.
  if (stat(path.c_str(), &info) != 0) return SystemError(errno, absl::StrCat("cannot open ", name));
  JAIL_RETURN_IF_ERROR(CheckSource(info, name, max_bytes));
  JAIL_ASSIGN_OR_RETURN(const Fd fd, OpenForReading(path));
  if (fstat(fd.get(), &info) != 0) return SystemError(errno, absl::StrCat("cannot look at ", name));
  JAIL_RETURN_IF_ERROR(CheckSource(info, name, max_bytes));
  return ReadAll(fd.get(), name, max_bytes);
}

absl::StatusOr<std::string> ReadInput(const std::string& path, size_t max_bytes) {
  return path == "-" ? ReadAll(STDIN_FILENO, "standard input", max_bytes) : ReadSource(path, max_bytes);
}

absl::StatusOr<Fd> OpenForReading(const std::string& path) {
  Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd.valid()) return SystemError(errno, absl::StrCat("cannot open ", Quoted(path)));
  return fd;
}

absl::Status WriteAll(int fd, absl::string_view bytes) {
  const int error = WriteFully(fd, bytes);
  return error == 0 ? absl::OkStatus() : SystemError(error, "cannot write");
}

std::string Destination::Name() const {
  switch (kind) {
    case Kind::kNone:
      return "nowhere";
    case Kind::kStdout:
      return "standard output";
    case Kind::kFile:
      return Quoted(path);
    case Kind::kDescriptor:
      return absl::StrCat("fd:", fd);
  }
  return "nowhere";
}

absl::StatusOr<Destination> ParseDestination(absl::string_view text) {
  Destination destination;
  absl::string_view number = text;
  if (!absl::ConsumePrefix(&number, "fd:")) {
    if (text.empty()) return absl::InvalidArgumentError("the file name is empty");
    if (text == "-")
      return absl::InvalidArgumentError("\"-\" is not a place for a record; --json alone prints it");
    destination.kind = Destination::Kind::kFile;
    destination.path = std::string(text);
    return destination;
  }
  int32_t fd = -1;
  if (!absl::SimpleAtoi(number, &fd) || fd <= STDERR_FILENO) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(text), " needs a descriptor from 3 on, as in fd:3"));
  }
  destination.kind = Destination::Kind::kDescriptor;
  destination.fd = fd;
  return destination;
}

absl::StatusOr<Target> Target::Open(const Destination& destination, bool stdout_open) {
  Target target;
  target.name_ = destination.Name();
  if (destination.kind == Destination::Kind::kStdout) {
    if (!stdout_open) return absl::InvalidArgumentError("standard output is closed");
    target.fd_ = STDOUT_FILENO;
  }
  if (destination.kind == Destination::Kind::kFile) {
    target.owned_ =
        Fd(open(destination.path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666));
    if (!target.owned_.valid()) return SystemError(errno, absl::StrCat("cannot write ", target.name_));
    target.fd_ = target.owned_.get();
  }
  if (destination.kind == Destination::Kind::kDescriptor) {
    const int flags = fcntl(destination.fd, F_GETFL);
    if (flags < 0) return SystemError(errno, absl::StrCat("cannot write ", target.name_));
    if ((flags & O_PATH) != 0 || (flags & O_ACCMODE) == O_RDONLY) {
      return absl::InvalidArgumentError(absl::StrCat(target.name_, " is not open for writing"));
    }
    target.fd_ = destination.fd;
  }
  return target;
}

absl::Status Target::Write(absl::string_view bytes) && {
  if (fd_ < 0) return absl::OkStatus();
  absl::Status status = WriteAll(fd_, bytes);
  // A file server may tell only now that there was no room.
  if (status.ok() && owned_.valid() && close(owned_.Release()) != 0)
    status = SystemError(errno, "cannot write");
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(name_, ": ", status.message()));
}

}  // namespace jail::cli
