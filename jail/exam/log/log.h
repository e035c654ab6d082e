// The log of an exam, written as it goes: an exam that is killed leaves one that says how far it came. Its
// lines are those of log_format.h; verify.h reads them.
//
//   JAIL_ASSIGN_OR_RETURN(Log log, Log::Begin(fd, "exam.log"));
//   JAIL_RETURN_IF_ERROR(log.Append(event));                   // for each, in order
//   JAIL_RETURN_IF_ERROR(log.Seal(key ? &*key : nullptr));
//
// One thread at a time.
#ifndef JAIL_EXAM_LOG_LOG_H_
#define JAIL_EXAM_LOG_LOG_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jail/exam/log/key.h"
#include "jail/v1/exam.pb.h"

namespace jail::exam {

class Log {
 public:
  // `fd` stays the caller's, and `name` is for messages, as they show it. Without a descriptor (-1) nothing
  // is kept but the head.
  static absl::StatusOr<Log> Begin(int fd, std::string name);

  // Its content, if it has one, is left out. The first error is that of every later call, too: after a gap
  // the rest would prove nothing.
  absl::Status Append(const v1::ExamEvent& event);

  // The last line. Null: unsigned, which shows damage but no forgery.
  absl::Status Seal(const SecretKey* key);

  // The last entry's hash, 32 bytes.
  const std::string& head() const { return head_; }
  int64_t entries() const { return entries_; }

 private:
  Log(int fd, std::string name);
  absl::Status WriteLine(std::string line);

  int fd_;
  std::string name_;
  std::string head_;
  int64_t entries_ = 0;
  absl::Status status_;
};

}  // namespace jail::exam

#endif  // JAIL_EXAM_LOG_LOG_H_
