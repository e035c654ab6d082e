#include "tools/jailrun/exam/keygen.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "jail/base/fd.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/exam/log/key.h"
#include "tools/jailrun/exit_status.h"
#include "tools/jailrun/files.h"
#include "tools/jailrun/say.h"

namespace jail::cli {
namespace {

// A file that was not there before, and is gone again unless it is kept.
class NewFile {
 public:
  static absl::StatusOr<NewFile> Create(const std::string& path, mode_t mode) {
    NewFile file;
    file.fd_ = Fd(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, mode));
    if (!file.fd_.valid() && errno == EEXIST)
      return absl::AlreadyExistsError(absl::StrCat(
          Quoted(path), " is there already, and a key is never overwritten: choose another name"));
    if (!file.fd_.valid()) return SystemError(errno, absl::StrCat("cannot write ", Quoted(path)));
    file.path_ = path;
    return file;
  }
  NewFile(NewFile&& other) noexcept : path_(std::exchange(other.path_, "")), fd_(std::move(other.fd_)) {}
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile() {
    if (!path_.empty()) unlink(path_.c_str());
  }

  // On the disk: a key that a crash loses has signed in vain.
  absl::Status Write(absl::string_view text) const {
    absl::Status status = WriteAll(fd_.get(), text);
    if (status.ok() && fsync(fd_.get()) != 0) status = SystemError(errno, "cannot write");
    if (status.ok()) return status;
    return absl::Status(status.code(), absl::StrCat(Quoted(path_), ": ", status.message()));
  }
  void Keep() { path_.clear(); }

 private:
  NewFile() = default;
  std::string path_;  // Empty: there is nothing to remove.
  Fd fd_;
};

// The public key's text.
absl::StatusOr<std::string> MakeKeyFiles(const std::string& path) {
  constexpr mode_t kOwnerAlone = 0600, kEverybody = 0644;
  JAIL_ASSIGN_OR_RETURN(NewFile secret_file, NewFile::Create(path, kOwnerAlone));
  JAIL_ASSIGN_OR_RETURN(NewFile public_file, NewFile::Create(absl::StrCat(path, ".pub"), kEverybody));
  JAIL_ASSIGN_OR_RETURN(const exam::SecretKey key, exam::SecretKey::Generate());
  std::string secret = key.Text();
  const absl::Cleanup wipe = [&secret] { exam::Wipe(&secret); };
  JAIL_RETURN_IF_ERROR(secret_file.Write(secret));
  std::string text = key.Public().Text();
  JAIL_RETURN_IF_ERROR(public_file.Write(text));
  secret_file.Keep();
  public_file.Keep();
  return text;
}

}  // namespace

int KeygenCommand(const CommandLine& line) {
  const absl::StatusOr<std::string> text = MakeKeyFiles(line.operands.front());
  return text.ok() ? Show(*text) : Fail(text.status(), kExitUsage);
}

}  // namespace jail::cli
