#include "jail/resolve/site.h"

#include <fcntl.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "jail/base/errno_name.h"
#include "jail/base/fd.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/base/textproto.h"

namespace jail::resolve {
namespace {

constexpr absl::string_view kBlanks = " \t";
constexpr size_t kMostBytes = 4095;  // As the helper's buffer holds.

absl::Status OsError(absl::string_view path) {
  const absl::string_view what = ErrnoName(errno);
  return absl::PermissionDeniedError(absl::StrCat(path, ": cannot be read: ", what));
}

absl::StatusOr<std::string> ReadSmallFile(const Fd& fd, const std::string& path) {
  std::string text(kMostBytes + 1, '\0');
  size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = read(fd.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return OsError(path);
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  if (size > kMostBytes)
    return absl::InvalidArgumentError(absl::StrCat(path, ": is over ", kMostBytes, " bytes"));
  text.resize(size);
  return text;
}

absl::string_view WithoutBlanks(absl::string_view text) {
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == absl::string_view::npos) return "";
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool IsQuotedName(absl::string_view text) {
  constexpr size_t kLeast = 3;
  return text.size() >= kLeast && text.front() == '"' && text.back() == '"' &&
         text.substr(1, text.size() - 2).find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") ==
             absl::string_view::npos;
}

// "name: number", with blanks and a comment; or nothing but those. No more than the helper takes: to
// protobuf, "\r" is a blank too, and one may stand before the colon.
bool IsPlainLine(absl::string_view line) {
  if (absl::StrContains(line, '\0')) return false;
  line = WithoutBlanks(line.substr(0, line.find('#')));
  if (line.empty()) return true;
  const size_t colon = line.find_first_not_of("abcdefghijklmnopqrstuvwxyz_");
  if (colon == absl::string_view::npos || colon == 0 || line[colon] != ':') return false;
  const absl::string_view number = WithoutBlanks(line.substr(colon + 1));
  if (line.substr(0, colon) == "rootfs") return IsQuotedName(number);
  constexpr size_t kMostDigits = 15;
  if (number.empty() || number.size() > kMostDigits) return false;
  // Protobuf's text format would take 010 for eight, the helper for ten.
  if (number.size() > 1 && number.front() == '0') return false;
  return number.find_first_not_of("0123456789") == absl::string_view::npos;
}

absl::Status CheckLines(absl::string_view text, absl::string_view file) {
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (IsPlainLine(line)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(file, ":", number, ": ", Quoted(line), " is not a line like max_processes: 64"));
  }
  return absl::OkStatus();
}

// Two uids for each jail, none of them a person's, root's or the overflow uid.
absl::Status CheckUids(const v1::Site& site, absl::string_view file) {
  constexpr int64_t kDefaultFirst = 1'900'000'000;
  constexpr int64_t kDefaultCount = 8192;
  constexpr int64_t kPastLast = 0xfffffffe;
  const int64_t first = site.has_uid_first() ? site.uid_first() : kDefaultFirst;
  const int64_t count = site.has_uid_count() ? site.uid_count() : kDefaultCount;
  if (first < 1000)
    return absl::InvalidArgumentError(absl::StrCat(file, ": uid_first: ", first, " is below 1000"));
  if (count < 2 || count > (1 << 20) || first + count >= kPastLast) {
    return absl::InvalidArgumentError(
        absl::StrCat(file, ": uid_count: ", count, " is not 2 to 1048576 uids from ", first));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::Site> ParseSite(absl::string_view text, absl::string_view file) {
  v1::Site site;
  JAIL_RETURN_IF_ERROR(CheckLines(text, file));
  JAIL_RETURN_IF_ERROR(ParseTextproto(text, file, &site));
  JAIL_RETURN_IF_ERROR(CheckUids(site, file));
  return site;
}

absl::StatusOr<v1::Site> LoadSite(const std::string& path) {
  const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd.valid() && errno == ENOENT) return v1::Site();
  if (!fd.valid()) return OsError(path);
  JAIL_ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(fd, path));
  return ParseSite(text, path);
}

}  // namespace jail::resolve
