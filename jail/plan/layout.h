// The sealed plan: what one phase needs, as plain structs in a memfd that can no longer change.
// Written by plan/seal (unprivileged), read by plan/view inside the privileged helper, which trusts
// not one byte of it. All offsets count from the start of the memfd; strings end with a NUL that
// Span::size does not count. No field is a path on the host: roots, images and policies are names.
#ifndef JAIL_PLAN_LAYOUT_H_
#define JAIL_PLAN_LAYOUT_H_

#include <cstdint>

namespace jail::plan {

inline constexpr uint32_t kMagic = 0x4e414c50;  // "PLAN"
inline constexpr uint32_t kVersion = 5;

// Bounds that hold before any site ceiling is looked at.
inline constexpr uint64_t kMaxPlanBytes = uint64_t{256} << 20;
inline constexpr uint32_t kMaxStrings = 4096;  // argv and env, each
inline constexpr uint32_t kMaxFiles = 1024;
inline constexpr uint32_t kMaxPathBytes = 1024;
inline constexpr uint32_t kMaxNameBytes = 31;
inline constexpr uint32_t kMaxImageBytes = 47;  // A name, a hyphen and 16 digits.

// Where rootfs/build puts images, each in a folder of its own, and the file that is mounted. Not an option:
// who could choose the place could choose the image.
inline constexpr char kImagesFolder[] = "/usr/local/lib/jailrun/images";
inline constexpr char kImageFile[] = "root.erofs";
// The view that a jail gets of an image is that of the host, made from the image instead.
inline constexpr char kImageView[] = "host";

struct Span {
  uint64_t offset;
  uint64_t size;
};

// CPU n is bit n % 64 of word n / 64.
inline constexpr int kMaxCpus = 1024;
struct CpuSet {
  uint64_t words[kMaxCpus / 64];
};

struct Limits {
  int64_t wall_time_us;
  int64_t cpu_time_us;
  int64_t memory_bytes;
  int64_t stack_bytes;
  int64_t file_bytes;
  int64_t disk_bytes;
  int64_t disk_inodes;
  int32_t processes;
  int32_t open_files;
  int32_t cpu_millicores;  // 0: no rate limit. A rate of zero is refused by Resolve.
  int32_t idle_time_ms;    // 0: no limit, as above.
  int32_t grace_ms;        // 0: none.
  int32_t reserved;
  int64_t io_read_bytes_per_second;  // 0: no limit
  int64_t io_write_bytes_per_second;
  CpuSet cpus;  // Empty: no limit.
};

enum class Place : uint32_t {
  kWork = 0,  // Under /work: the program's own, writable, noexec.
  kApp = 1,   // Under /app: read-only, executable.
};

struct File {
  Span path;  // Relative, no "..", no empty part.
  Span content;
  Place place;
  uint32_t reserved;
};

// The layers that some hosts or modes cannot give; numbers of jail.v1.Protection.
enum Layer : uint32_t {
  kNoLayer = 0,  // A limit that is no protection: a rate.
  kNetworkNamespace = 4,
  kLandlock = 10,
  kMemoryCgroup = 13,
  kCpuCgroup = 14,
  kPidsCgroup = 15,
  kPrivateUid = 16,
  kSeparateInitUid = 17,
  kNoGroups = 18,
  kMemfdNoexec = 19,
  kNoNestedNamespaces = 20,
};

enum Flags : uint32_t {
  kBestEffort = 1 << 0,  // A limit or layer that cannot be had is reported, not fatal.
  kSendWork = 1 << 1,    // Hand a read-only view of the work directory to the watcher.
  kRootless = 1 << 2,    // Refuse to use privilege even when started with it.
  kPark = 1 << 3,  // Of this plan only the shape counts: build the jail, then wait for the plan of a job.
  kParkRuntime = 1 << 4,  // This plan's program is a language's, started ahead: the plan of its job follows.
};

struct Header {
  uint32_t magic;
  uint32_t version;
  uint64_t total_size;  // Of the memfd.
  uint32_t flags;
  uint32_t channel_count;  // Extra descriptors for the program, from kFirstChannelFd on.
  Limits limits;
  char root[kMaxNameBytes + 1];      // "host"
  char policy[kMaxNameBytes + 1];    // "default"
  char hostname[kMaxNameBytes + 1];  // "jail"
  Span argv;                         // argc strings, one after the other, each with its NUL
  Span env;
  uint32_t argc;
  uint32_t envc;
  Span files;  // file_count structs of type File, 8-byte aligned
  uint32_t file_count;
  uint32_t required;  // Bits 1 << jail.v1.Protection: the run is refused without these.
  char image[kMaxImageBytes +
             1];  // "small-0123456789abcdef": what the root is made from; empty: from the host
};

// Descriptors the helper is started with. Everything else is closed first thing.
inline constexpr int kStdinFd = 0;  // anonymous pipes of the watcher's, never the caller's own
inline constexpr int kStdoutFd = 1;
inline constexpr int kStderrFd = 2;
inline constexpr int kPlanFd = 3;     // this memfd, sealed
inline constexpr int kControlFd = 4;  // SOCK_SEQPACKET: messages below; end of file cancels the run
// Header.channel_count sockets, the program's under the same numbers.
inline constexpr int kFirstChannelFd = 5;
inline constexpr int kMaxChannels = 8;

// Messages on the control socket, one byte each, with at most one descriptor.
enum class Message : uint8_t {
  kReport = 'R',  // helper -> watcher: the report's memfd, sealed against the watcher's writing
  kDone = 'D',    // helper -> watcher: the report is whole and nothing is left; only its exit is to come
  kWork = 'W',    // init -> watcher: a read-only view of the work directory
  kCancel = 'C',  // watcher -> helper: end the run
  kOutput = 'O',  // watcher -> helper: end the run, an output limit was passed
  kParked = 'P',  // helper -> watcher: the jail waits for its job
  kJob = 'J',     // watcher -> helper: the job's plan, of the shape that the jail was built in
  kBegun = 'B',   // helper -> watcher: the job of a parked runtime is admitted, its limits count from now on
};
// To a helper that lives on, with the descriptors above in their order: make a helper for these;
// kNewOrZygote: its jail may be born of a zygote. The answer: kNewHelper, with that one's pidfd, or
// kNoHelper.
inline constexpr uint8_t kNewHelper = 'N', kNewOrZygote = 'Z', kNoHelper = 'X';
// watcher -> helper: this and the number of a signal, one of kSendableSignals. It is sent to the program, as
// soon as that runs. Any other number is no message.
inline constexpr uint8_t kSignal = 0x80;

// The helper's exit status when it failed before there was a report to say so in: + the step's number.
inline constexpr int kExitNoReport = 100;

}  // namespace jail::plan

#endif  // JAIL_PLAN_LAYOUT_H_
