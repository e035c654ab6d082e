#include "jail/image/image.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "jail/base/errno_name.h"
#include "jail/base/fd.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/base/textproto.h"
#include "jail/v1/image.pb.h"

namespace jail::image {
namespace {

constexpr size_t kLongestName = 30;
constexpr size_t kHashDigits = 16;  // In a folder's name.
constexpr size_t kShaDigits = 64;
constexpr int kMostLinks = 40;  // As the kernel's.

bool IsHex(absl::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == absl::string_view::npos;
}

absl::Status Damaged(const std::string& name, absl::string_view what) {
  return absl::FailedPreconditionError(absl::StrCat("the image ", Quoted(name), " is damaged: ", what));
}

// "small-0123456789abcdef" for "small".
bool IsFolderOf(absl::string_view folder, absl::string_view name) {
  return folder.size() == name.size() + 1 + kHashDigits && absl::StartsWith(folder, name) &&
         folder[name.size()] == '-' && IsHex(folder.substr(name.size() + 1));
}

absl::StatusOr<std::string> ReadLink(const std::string& name, const std::string& path) {
  std::array<char, plan::kMaxImageBytes + 1> target = {};
  const ssize_t length = readlink(path.c_str(), target.data(), target.size());
  if (length < 0 && errno == ENOENT)
    return absl::NotFoundError(absl::StrCat("there is no image ", Quoted(name)));
  if (length < 0) return Damaged(name, absl::StrCat(path, " is no link: ", ErrnoName(errno)));
  std::string folder(target.data(), static_cast<size_t>(length));
  if (!IsFolderOf(folder, name)) return Damaged(name, absl::StrCat(path, " leads to ", Quoted(folder)));
  return folder;
}

absl::StatusOr<std::string> ReadWhole(const std::string& name, const std::string& path) {
  const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat status;
  if (!fd.valid() || fstat(fd.get(), &status) != 0)
    return Damaged(name, absl::StrCat(path, ": ", ErrnoName(errno)));
  std::string text(static_cast<size_t>(status.st_size), '\0');
  size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = read(fd.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Damaged(name, absl::StrCat(path, ": cannot be read whole"));
    size += static_cast<size_t>(got);
  }
  return text;
}

absl::Status CheckSize(const std::string& name, const std::string& path, int64_t expected) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0) return Damaged(name, absl::StrCat(path, ": ", ErrnoName(errno)));
  if (status.st_size == expected) return absl::OkStatus();
  return Damaged(name, absl::StrCat(path, " has ", status.st_size, " bytes of ", expected));
}

// What stands behind a path in the listing: "x", "-", "lTARGET"; empty when it is not there.
absl::string_view EntryOf(absl::string_view listing, absl::string_view path) {
  const std::string wanted = absl::StrCat(path, "\t");
  size_t low = 0;
  size_t high = listing.size();
  while (low < high) {  // Between the beginnings of two lines.
    const size_t middle = low + (high - low) / 2;
    const size_t before = middle == 0 ? absl::string_view::npos : listing.rfind('\n', middle - 1);
    const size_t start = before == absl::string_view::npos ? 0 : before + 1;
    const size_t end = std::min(listing.find('\n', middle), listing.size());
    const absl::string_view line = listing.substr(start, end - start);
    if (absl::StartsWith(line, wanted)) return line.substr(wanted.size());
    if (line < wanted) {
      low = end + 1;
    } else {
      high = start;
    }
  }
  return "";
}

// The same for what a path leads to, part by part.
absl::string_view FollowedEntryOf(absl::string_view listing, absl::string_view path) {
  std::string done;
  std::string rest(path);
  absl::string_view entry;
  for (int links = 0; !rest.empty();) {
    const size_t end = std::min(rest.find('/', 1), rest.size());
    const std::string part = rest.substr(0, end);  // With its slash.
    rest.erase(0, end);
    if (part == "/" || part == "/.") continue;
    if (part == "/..") {
      done.erase(std::min(done.rfind('/'), done.size()));
      continue;
    }
    entry = EntryOf(listing, done + part);
    if (entry.empty() || (entry[0] == 'l' && ++links > kMostLinks)) return "";
    if (entry[0] != 'l') {
      done += part;
      continue;
    }
    const absl::string_view target = entry.substr(1);
    if (!absl::StartsWith(target, "/")) rest = absl::StrCat(done, "/", target, rest);
    if (absl::StartsWith(target, "/")) rest = absl::StrCat(target, rest);
    done.clear();
  }
  return entry;
}

}  // namespace

bool Image::Has(absl::string_view path) const {
  return absl::StartsWith(path, "/") && !FollowedEntryOf(listing, path).empty();
}

bool Image::CanExecute(absl::string_view path) const {
  return Has(path) && FollowedEntryOf(listing, path) == "x";
}

bool IsImageName(absl::string_view name) {
  return !name.empty() && name.size() <= kLongestName && name[0] != '-' &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == absl::string_view::npos;
}

absl::StatusOr<Image> FindImage(const std::string& name, const std::string& place) {
  if (!IsImageName(name)) return absl::NotFoundError(absl::StrCat(Quoted(name), " is no image's name"));
  Image image;
  image.name = name;
  JAIL_ASSIGN_OR_RETURN(image.folder, ReadLink(name, absl::StrCat(place, "/", name)));
  const std::string folder = absl::StrCat(place, "/", image.folder);
  v1::ImageManifest manifest;
  const std::string manifest_path = absl::StrCat(folder, "/manifest.textproto");
  JAIL_ASSIGN_OR_RETURN(const std::string text, ReadWhole(name, manifest_path));
  if (const absl::Status parsed = ParseTextproto(text, manifest_path, &manifest); !parsed.ok())
    return Damaged(name, parsed.message());
  const std::string& sha256 = manifest.sha256();
  const bool matches = sha256.size() == kShaDigits && IsHex(sha256) && manifest.name() == name &&
                       absl::EndsWith(image.folder, sha256.substr(0, kHashDigits));
  if (!matches) return Damaged(name, "its manifest is another's");
  JAIL_RETURN_IF_ERROR(CheckSize(name, absl::StrCat(folder, "/", plan::kImageFile), manifest.size_bytes()));
  image.sha256 = absl::HexStringToBytes(sha256);
  JAIL_ASSIGN_OR_RETURN(image.listing, ReadWhole(name, absl::StrCat(folder, "/files")));
  return image;
}

std::vector<std::string> ImageNames(const std::string& place) {
  std::vector<std::string> names;
  DIR* dir = opendir(place.c_str());
  if (dir == nullptr) return names;  // Most machines have none.
  while (const dirent* entry = readdir(dir)) {
    if (entry->d_type == DT_LNK && IsImageName(entry->d_name)) names.emplace_back(entry->d_name);
  }
  closedir(dir);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace jail::image
