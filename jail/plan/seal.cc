// The memfd is composed in one buffer and written in order, once: header, argv, env, file table, then
// paths and contents. Nothing in it is read back, so a racing writer could gain nothing either; the
// seals come before anyone else sees the descriptor.
#include "jail/plan/seal.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "jail/base/errno_name.h"
#include "jail/base/sha256.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/base/write.h"
#include "jail/plan/cpu_set.h"
#include "jail/plan/layout.h"
#include "jail/plan/view.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U  // Linux 6.3; newer than the libc headers.
#endif

namespace jail::plan {
namespace {

// Saturates: what no clock can count is over every site's ceiling, which the helper checks.
int64_t Microseconds(int64_t milliseconds) {
  constexpr int64_t kMicrosPerMilli = 1000;
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max() / kMicrosPerMilli;
  return std::min(milliseconds, kMost) * kMicrosPerMilli;
}

// Grows a plan's bytes and says where each piece came to lie.
class Writer {
 public:
  Writer() : bytes_(sizeof(Header), '\0') {}

  void Align() { bytes_.append((8 - bytes_.size() % 8) % 8, '\0'); }

  Span Append(absl::string_view text) {
    const Span span = {bytes_.size(), text.size()};
    bytes_.append(text.data(), text.size());
    return span;
  }

  // The NUL is not counted.
  Span AppendString(absl::string_view text) {
    const Span span = Append(text);
    bytes_.push_back('\0');
    return span;
  }

  // Strings one behind the other; here every NUL is counted.
  template <typename Strings>
  Span AppendStrings(const Strings& strings) {
    const uint64_t start = bytes_.size();
    for (const std::string& text : strings) AppendString(text);
    return {start, bytes_.size() - start};
  }

  template <typename T>
  void Put(uint64_t offset, const T& value) {
    std::memcpy(bytes_.data() + offset, &value, sizeof value);
  }

  uint64_t size() const { return bytes_.size(); }
  std::string Take() && { return std::move(bytes_); }

 private:
  std::string bytes_;
};

absl::Status TooMany(absl::string_view what, uint64_t count, uint64_t most) {
  return absl::InvalidArgumentError(absl::StrCat(what, ": ", count, " are more than the plan's ", most));
}

absl::Status CheckStrings(absl::string_view what,
                          const google::protobuf::RepeatedPtrField<std::string>& strings) {
  if (static_cast<uint32_t>(strings.size()) > kMaxStrings) {
    return TooMany(what, static_cast<uint64_t>(strings.size()), kMaxStrings);
  }
  for (const std::string& text : strings) {
    if (text.find('\0') == std::string::npos) continue;
    return absl::InvalidArgumentError(absl::StrCat(what, ": ", Quoted(text), " has a NUL inside"));
  }
  return absl::OkStatus();
}

struct PlacedFile {
  const v1::SourceFile* file;
  Place place;
};

std::vector<PlacedFile> AllFiles(const v1::PhasePlan& phase, absl::Span<const v1::SourceFile> products) {
  std::vector<PlacedFile> files;
  for (const v1::SourceFile& file : phase.files()) {
    files.push_back({&file, file.executable() ? Place::kApp : Place::kWork});
  }
  for (const v1::SourceFile& file : products) files.push_back({&file, Place::kApp});
  return files;
}

absl::Status CheckFiles(const std::vector<PlacedFile>& files) {
  if (files.size() > kMaxFiles) return TooMany("files", files.size(), kMaxFiles);
  uint64_t size = 0;
  for (const PlacedFile& placed : files) {
    const std::string& path = placed.file->path();
    size += placed.file->content().size();
    if (path.size() <= kMaxPathBytes && path.find('\0') == std::string::npos && IsSafePath(path.c_str()))
      continue;
    return absl::InvalidArgumentError(
        absl::StrCat("files: the path ", Quoted(path), " cannot be written in a jail"));
  }
  if (size <= kMaxPlanBytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("files: ", FormatBytes(static_cast<int64_t>(size)),
                                                   " in all are more than a plan can hold"));
}

template <size_t kSize>
absl::Status CopyName(absl::string_view what, absl::string_view name, char (&out)[kSize]) {
  if (name.empty() || name.size() >= kSize) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, ": ", Quoted(name), " must have 1 to ", kSize - 1, " bytes"));
  }
  std::memcpy(out, name.data(), name.size());
  return absl::OkStatus();
}

Limits FromProto(const v1::Limits& limits) {
  return {
      .wall_time_us = Microseconds(limits.wall_time_ms()),
      .cpu_time_us = Microseconds(limits.cpu_time_ms()),
      .memory_bytes = limits.memory_bytes(),
      .stack_bytes = limits.stack_bytes(),
      .file_bytes = limits.file_bytes(),
      .disk_bytes = limits.disk_bytes(),
      .disk_inodes = limits.disk_inodes(),
      .processes = limits.processes(),
      .open_files = limits.open_files(),
      .cpu_millicores = limits.cpu_millicores(),
      .idle_time_ms = static_cast<int32_t>(limits.idle_time_ms()),
      .grace_ms = static_cast<int32_t>(limits.grace_ms()),
      .reserved = 0,
      .io_read_bytes_per_second = limits.io_read_bytes_per_second(),
      .io_write_bytes_per_second = limits.io_write_bytes_per_second(),
      .cpus = ParseCpuSet(limits.cpu_set()).value_or(CpuSet{}),
  };
}

uint32_t FlagsOf(const v1::RunPlan& plan, const v1::PhasePlan& phase) {
  uint32_t flags = 0;
  if (plan.enforcement() == v1::ENFORCEMENT_BEST_EFFORT) flags |= kBestEffort;
  if (phase.products_size() > 0 || phase.artifact_globs_size() > 0) flags |= kSendWork;
  return flags;
}

// A number without a bit would be lost, and with it what the caller insisted on.
absl::StatusOr<uint32_t> RequiredBits(const v1::RunPlan& plan) {
  uint32_t bits = 0;
  for (const int protection : plan.required_protections()) {
    if (protection <= 0 || protection >= 32) {
      return absl::InvalidArgumentError(absl::StrCat("required_protections: no protection ", protection));
    }
    bits |= uint32_t{1} << protection;
  }
  return bits;
}

absl::StatusOr<Header> MakeHeader(const v1::RunPlan& plan, const v1::PhasePlan& phase,
                                  const SealOptions& options) {
  Header header;
  std::memset(&header, 0, sizeof header);  // Padding too: the bytes are hashed.
  header.magic = kMagic;
  header.version = kVersion;
  header.flags = options.flags | FlagsOf(plan, phase);
  header.channel_count = static_cast<uint32_t>(options.channels);
  header.limits = FromProto(phase.limits());
  JAIL_RETURN_IF_ERROR(CopyName("rootfs", plan.has_image() ? kImageView : plan.rootfs(), header.root));
  if (plan.has_image()) JAIL_RETURN_IF_ERROR(CopyName("image", plan.image().folder(), header.image));
  JAIL_RETURN_IF_ERROR(CopyName("policy", phase.policy(), header.policy));
  JAIL_RETURN_IF_ERROR(CopyName("hostname", plan.hostname(), header.hostname));
  JAIL_ASSIGN_OR_RETURN(header.required, RequiredBits(plan));
  return header;
}

// The table first, then what it points at, so that it lies aligned right behind the strings.
Span AppendFiles(const std::vector<PlacedFile>& files, Writer* out) {
  out->Align();
  const Span table = out->Append(std::string(files.size() * sizeof(File), '\0'));
  for (size_t i = 0; i < files.size(); ++i) {
    const File row = {
        .path = out->AppendString(files[i].file->path()),
        .content = out->AppendString(files[i].file->content()),
        .place = files[i].place,
        .reserved = 0,
    };
    out->Put(table.offset + i * sizeof(File), row);
  }
  return table;
}

// Limits that are set when the job is there are none of a shape's: whatever it says must be admitted.
Limits OfShape(const Limits& limits) {
  Limits shape = {};
  shape.disk_bytes = limits.disk_bytes;
  shape.disk_inodes = limits.disk_inodes;
  shape.cpu_millicores = limits.cpu_millicores;
  shape.io_read_bytes_per_second = limits.io_read_bytes_per_second;
  shape.io_write_bytes_per_second = limits.io_write_bytes_per_second;
  shape.wall_time_us = shape.cpu_time_us = shape.memory_bytes = 1;
  shape.processes = 1;
  shape.open_files = 4;
  return shape;
}

// Argument counts and spans are filled in here.
std::string Compose(Header header, const v1::PhasePlan& phase, const std::vector<PlacedFile>& files) {
  header.argc = static_cast<uint32_t>(phase.argv_size());
  header.envc = static_cast<uint32_t>(phase.env_size());
  Writer out;
  header.argv = out.AppendStrings(phase.argv());
  header.env = out.AppendStrings(phase.env());
  header.files = AppendFiles(files, &out);
  header.file_count = static_cast<uint32_t>(files.size());
  header.total_size = out.size();
  out.Put(0, header);
  return std::move(out).Take();
}

absl::StatusOr<std::string> ComposeJob(const v1::RunPlan& plan, const v1::PhasePlan& phase,
                                       absl::Span<const v1::SourceFile> products,
                                       const SealOptions& options) {
  const std::vector<PlacedFile> files = AllFiles(phase, products);
  JAIL_RETURN_IF_ERROR(CheckStrings("argv", phase.argv()));
  JAIL_RETURN_IF_ERROR(CheckStrings("env", phase.env()));
  JAIL_RETURN_IF_ERROR(CheckFiles(files));
  JAIL_ASSIGN_OR_RETURN(const Header header, MakeHeader(plan, phase, options));
  return Compose(header, phase, files);
}

absl::Status OsError(absl::string_view what, int error) {
  return absl::ResourceExhaustedError(absl::StrCat("sealing the plan: ", what, ": ", ErrnoName(error)));
}

absl::StatusOr<Fd> OpenMemfd() {
  constexpr unsigned kFlags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  Fd fd(memfd_create("jail-plan", kFlags | MFD_NOEXEC_SEAL));
  // EINVAL: a kernel before 6.3, which has no such flag; the plan is then merely executable nonsense.
  if (!fd.valid() && errno == EINVAL) fd = Fd(memfd_create("jail-plan", kFlags));
  if (!fd.valid()) return OsError("memfd_create", errno);
  return fd;
}

}  // namespace

absl::StatusOr<Fd> SealBytes(absl::string_view bytes) {
  JAIL_ASSIGN_OR_RETURN(Fd fd, OpenMemfd());
  if (const int error = WriteFully(fd.get(), bytes)) return OsError("write", error);
  constexpr int kSeals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  if (fcntl(fd.get(), F_ADD_SEALS, kSeals) != 0) return OsError("F_ADD_SEALS", errno);
  return fd;
}

absl::StatusOr<std::string> ComposeShape(const v1::RunPlan& plan, const v1::PhasePlan& phase,
                                         const SealOptions& options) {
  JAIL_ASSIGN_OR_RETURN(Header header, MakeHeader(plan, phase, options));
  header.flags |= kPark;
  header.limits = OfShape(header.limits);
  v1::PhasePlan nothing;
  nothing.add_argv("parked");  // A plan without a program is none.
  return Compose(header, nothing, {});
}

absl::StatusOr<std::string> ComposeRuntimeShape(const v1::RunPlan& plan, const v1::PhasePlan& phase,
                                                absl::Span<const v1::SourceFile* const> app,
                                                const SealOptions& options) {
  SealOptions with_loader = options;
  with_loader.flags |= kParkRuntime;
  ++with_loader.channels;
  if (with_loader.channels > kMaxChannels)
    return absl::InvalidArgumentError("channels: none is left for a loader");
  JAIL_ASSIGN_OR_RETURN(Header header, MakeHeader(plan, phase, with_loader));
  header.limits.wall_time_us = 1;  // The job's own, when it is there.
  header.limits.idle_time_ms = 0;
  v1::PhasePlan start;
  *start.mutable_argv() = phase.parked().argv();
  start.add_argv(absl::StrCat(kFirstChannelFd + options.channels));
  *start.mutable_env() = phase.env();
  JAIL_RETURN_IF_ERROR(CheckStrings("env", phase.env()));
  std::vector<PlacedFile> files;
  for (const v1::SourceFile* file : app) files.push_back({file, Place::kApp});
  return Compose(header, start, files);
}

absl::optional<ShapeNeeds> NeedsOf(absl::string_view shape) {
  Header header;
  if (shape.size() < sizeof header) return absl::nullopt;
  std::memcpy(&header, shape.data(), sizeof header);
  if (header.channel_count > kMaxChannels) return absl::nullopt;
  return ShapeNeeds{static_cast<int>(header.channel_count), (header.flags & kParkRuntime) != 0};
}

absl::StatusOr<SealedPlan> Seal(const v1::RunPlan& plan, const v1::PhasePlan& phase,
                                absl::Span<const v1::SourceFile> products, const SealOptions& options) {
  if (phase.argv_size() == 0) return absl::InvalidArgumentError("argv: is empty");
  if (options.channels < 0 || options.channels > kMaxChannels) {
    return absl::InvalidArgumentError(
        absl::StrCat("channels: ", options.channels, " is not 0 to ", kMaxChannels));
  }
  JAIL_ASSIGN_OR_RETURN(const std::string bytes, ComposeJob(plan, phase, products, options));
  if (bytes.size() > kMaxPlanBytes) return absl::ResourceExhaustedError("the plan is too large");
  SealedPlan sealed;
  const std::string digest = Sha256Of(bytes);
  std::copy(digest.begin(), digest.end(), sealed.sha256.begin());
  JAIL_ASSIGN_OR_RETURN(sealed.fd, SealBytes(bytes));
  return sealed;
}

}  // namespace jail::plan
