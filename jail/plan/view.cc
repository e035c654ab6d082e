#include "jail/plan/view.h"

#include <cerrno>
#include <cstring>

namespace jail::plan {
namespace {

// All the spans of one memfd, checked against its size without overflow.
struct Bytes {
  const char* base;
  uint64_t size;

  bool Holds(const Span& span) const { return span.offset <= size && span.size <= size - span.offset; }

  // A string of exactly span.size bytes, none of them NUL, and a NUL behind it.
  bool HoldsString(const Span& span) const {
    if (!Holds({span.offset, span.size}) || span.size == size - span.offset) return false;
    const char* text = base + span.offset;
    return text[span.size] == '\0' && std::memchr(text, '\0', span.size) == nullptr;
  }
};

// So no slash, no dot, and a NUL at its end.
template <size_t kSize>
bool IsName(const char (&name)[kSize]) {
  const size_t length = strnlen(name, kSize);
  if (length == 0 || length == kSize) return false;
  for (size_t i = 0; i < length; ++i) {
    const char c = name[i];
    const bool ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!ok) return false;
  }
  return true;
}

// `count` strings, one behind the other, that fill the span to its last byte.
int CheckStrings(const Bytes& bytes, const Span& span, uint32_t count) {
  if (count > kMaxStrings) return E2BIG;
  if (!bytes.Holds(span)) return EBADMSG;
  const char* text = bytes.base + span.offset;
  uint64_t left = span.size;
  for (uint32_t i = 0; i < count; ++i) {
    const void* end = std::memchr(text, '\0', left);
    if (end == nullptr) return EBADMSG;
    const uint64_t used = static_cast<uint64_t>(static_cast<const char*>(end) - text) + 1;
    text += used;
    left -= used;
  }
  return left == 0 ? 0 : EBADMSG;
}

int CheckFile(const Bytes& bytes, const File& file) {
  if (file.path.size > kMaxPathBytes || !bytes.HoldsString(file.path)) return EBADMSG;
  if (!IsSafePath(bytes.base + file.path.offset)) return EBADMSG;
  if (!bytes.Holds(file.content)) return EBADMSG;
  return file.place == Place::kWork || file.place == Place::kApp ? 0 : EBADMSG;
}

int CheckFiles(const Bytes& bytes, const Span& span, uint32_t count) {
  if (count > kMaxFiles) return E2BIG;
  if (!bytes.Holds(span) || span.offset % alignof(File) != 0) return EBADMSG;
  if (span.size != uint64_t{count} * sizeof(File)) return EBADMSG;
  const File* files = reinterpret_cast<const File*>(bytes.base + span.offset);
  for (uint32_t i = 0; i < count; ++i) {
    if (const int error = CheckFile(bytes, files[i])) return error;
  }
  return 0;
}

int CheckHeader(const Header& header, uint64_t size) {
  if (header.magic != kMagic || header.version != kVersion) return EPROTO;
  if (header.total_size != size || header.argc == 0) return EBADMSG;
  constexpr uint32_t kKnownFlags = kBestEffort | kSendWork | kRootless | kPark | kParkRuntime;
  if ((header.flags & ~kKnownFlags) != 0 || header.channel_count > kMaxChannels) return EPROTO;
  // Whoever waits for a job has nobody yet to lead a channel to.
  if ((header.flags & kPark) != 0 && header.channel_count != 0) return EPROTO;
  constexpr uint32_t kBothWays = kPark | kParkRuntime;
  if ((header.flags & kBothWays) == kBothWays) return EPROTO;
  if (header.image[0] != '\0' && !IsName(header.image)) return EBADMSG;
  return IsName(header.root) && IsName(header.policy) && IsName(header.hostname) ? 0 : EBADMSG;
}

template <size_t kSize>
bool SameName(const char (&a)[kSize], const char (&b)[kSize]) {
  return std::memcmp(a, b, strnlen(a, kSize - 1) + 1) == 0;
}

// All but the limits, for a jail that was parked in the way of that flag.
bool SameJail(const Header& parked, const Header& job, Flags way) {
  return (parked.flags & way) != 0 && (parked.flags ^ job.flags) == way && parked.required == job.required &&
         SameName(parked.root, job.root) && SameName(parked.policy, job.policy) &&
         SameName(parked.hostname, job.hostname) && SameName(parked.image, job.image);
}

}  // namespace

bool SameShape(const Header& parked, const Header& job) {
  const Limits &a = parked.limits, &b = job.limits;
  return SameJail(parked, job, kPark) && parked.channel_count == job.channel_count &&
         a.disk_bytes == b.disk_bytes && a.disk_inodes == b.disk_inodes &&
         a.cpu_millicores == b.cpu_millicores && a.io_read_bytes_per_second == b.io_read_bytes_per_second &&
         a.io_write_bytes_per_second == b.io_write_bytes_per_second;
}

bool SameRuntimeShape(const Header& parked, const Header& job) {
  Limits limits = job.limits;
  limits.wall_time_us = parked.limits.wall_time_us;
  limits.idle_time_ms = parked.limits.idle_time_ms;
  return SameJail(parked, job, kParkRuntime) && parked.channel_count == job.channel_count + 1 &&
         std::memcmp(&limits, &parked.limits, sizeof limits) == 0;
}

bool IsSafePath(const char* path) {
  while (true) {
    const size_t part = strcspn(path, "/");
    if (part == 0 || part > 255) return false;
    if (path[0] == '.' && (part == 1 || (part == 2 && path[1] == '.'))) return false;
    if (path[part] == '\0') return true;
    path += part + 1;
  }
}

int View::Check(const void* bytes, size_t size, View* out) {
  if (size < sizeof(Header) || size > kMaxPlanBytes) return EBADMSG;
  const Bytes all = {static_cast<const char*>(bytes), size};
  const Header& header = *static_cast<const Header*>(bytes);
  if (const int error = CheckHeader(header, size)) return error;
  if (const int error = CheckStrings(all, header.argv, header.argc)) return error;
  if (const int error = CheckStrings(all, header.env, header.envc)) return error;
  if (const int error = CheckFiles(all, header.files, header.file_count)) return error;
  out->base_ = all.base;
  return 0;
}

void View::Split(const Span& span, uint32_t count, const char** out) const {
  const char* text = base_ + span.offset;
  for (uint32_t i = 0; i < count; ++i) {
    out[i] = text;
    text += std::strlen(text) + 1;
  }
  out[count] = nullptr;
}

}  // namespace jail::plan
