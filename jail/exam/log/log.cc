#include "jail/exam/log/log.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "jail/base/errno_name.h"
#include "jail/base/status_macros.h"
#include "jail/base/write.h"
#include "jail/exam/log/event_json.h"
#include "jail/exam/log/log_format.h"

namespace jail::exam {
Log::Log(int fd, std::string name) : fd_(fd), name_(std::move(name)), head_(FirstHash()) {}

absl::StatusOr<Log> Log::Begin(int fd, std::string name) {
  Log log(fd, std::move(name));
  JAIL_RETURN_IF_ERROR(log.WriteLine(std::string(kLogFormat)));
  return log;
}

absl::Status Log::Append(const v1::ExamEvent& event) {
  JAIL_RETURN_IF_ERROR(status_);
  const std::string text = EventJson(event, /*with_content=*/false);
  head_ = NextHash(head_, text);
  ++entries_;
  return WriteLine(EntryLine(head_, text));
}

absl::Status Log::Seal(const SecretKey* key) {
  JAIL_RETURN_IF_ERROR(status_);
  return WriteLine(SealLine(entries_, head_, key));
}

absl::Status Log::WriteLine(std::string line) {
  if (fd_ < 0) return absl::OkStatus();
  line += '\n';  // One write a line: who reads meanwhile sees whole ones.
  const int error = WriteFully(fd_, line);
  if (error != 0)
    status_ = absl::Status(absl::ErrnoToStatusCode(error),
                           absl::StrCat("the log ", name_, " cannot be written: ", ErrnoName(error)));
  return status_;
}

}  // namespace jail::exam
