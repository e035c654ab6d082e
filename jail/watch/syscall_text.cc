#include "jail/watch/syscall_text.h"

#include <linux/bpf.h>
#include <linux/keyctl.h>
#include <linux/mount.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <signal.h>

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace jail::watch {
namespace {

// One value of a field: a flag is a field of its own bits.
struct Name {
  std::string_view text;
  uint64_t value;
  uint64_t field;
};
constexpr uint64_t kWhole = ~uint64_t{0};
constexpr Name Flag(std::string_view text, uint64_t bits) { return {text, bits, bits}; }
constexpr Name One(std::string_view text, uint64_t value) { return {text, value, kWhole}; }

constexpr Name kCloneFlags[] = {
    Flag("CLONE_NEWUSER", CLONE_NEWUSER),
    Flag("CLONE_NEWPID", CLONE_NEWPID),
    Flag("CLONE_NEWNS", CLONE_NEWNS),
    Flag("CLONE_NEWNET", CLONE_NEWNET),
    Flag("CLONE_NEWIPC", CLONE_NEWIPC),
    Flag("CLONE_NEWUTS", CLONE_NEWUTS),
    Flag("CLONE_NEWCGROUP", CLONE_NEWCGROUP),
    Flag("CLONE_NEWTIME", CLONE_NEWTIME),
    Flag("CLONE_PTRACE", CLONE_PTRACE),
    Flag("CLONE_PARENT", CLONE_PARENT),
    Flag("CLONE_VM", CLONE_VM),
    Flag("CLONE_FS", CLONE_FS),
    Flag("CLONE_FILES", CLONE_FILES),
    Flag("CLONE_SIGHAND", CLONE_SIGHAND),
    Flag("CLONE_VFORK", CLONE_VFORK),
    Flag("CLONE_THREAD", CLONE_THREAD),
    Flag("CLONE_UNTRACED", CLONE_UNTRACED),
    {"SIGCHLD", SIGCHLD, CSIGNAL},
};
constexpr Name kMountFlags[] = {
    Flag("MS_RDONLY", 1),        Flag("MS_NOSUID", 2),      Flag("MS_NODEV", 4),
    Flag("MS_NOEXEC", 8),        Flag("MS_REMOUNT", 32),    Flag("MS_NOSYMFOLLOW", 256),
    Flag("MS_BIND", 4096),       Flag("MS_MOVE", 8192),     Flag("MS_REC", 16384),
    Flag("MS_PRIVATE", 1 << 18), Flag("MS_SLAVE", 1 << 19), Flag("MS_SHARED", 1 << 20),
};
constexpr Name kUmountFlags[] = {Flag("MNT_FORCE", 1), Flag("MNT_DETACH", 2), Flag("MNT_EXPIRE", 4),
                                 Flag("UMOUNT_NOFOLLOW", 8)};
constexpr Name kPtraceRequests[] = {
    One("PTRACE_TRACEME", 0),
    One("PTRACE_PEEKTEXT", PTRACE_PEEKTEXT),
    One("PTRACE_PEEKDATA", PTRACE_PEEKDATA),
    One("PTRACE_POKETEXT", PTRACE_POKETEXT),
    One("PTRACE_POKEDATA", PTRACE_POKEDATA),
    One("PTRACE_CONT", PTRACE_CONT),
    One("PTRACE_ATTACH", PTRACE_ATTACH),
    One("PTRACE_DETACH", PTRACE_DETACH),
    One("PTRACE_SYSCALL", PTRACE_SYSCALL),
    One("PTRACE_SEIZE", PTRACE_SEIZE),
};
constexpr Name kBpfCommands[] = {One("BPF_MAP_CREATE", BPF_MAP_CREATE),
                                 One("BPF_MAP_LOOKUP_ELEM", BPF_MAP_LOOKUP_ELEM),
                                 One("BPF_MAP_UPDATE_ELEM", BPF_MAP_UPDATE_ELEM),
                                 One("BPF_PROG_LOAD", BPF_PROG_LOAD),
                                 One("BPF_OBJ_GET", BPF_OBJ_GET),
                                 One("BPF_PROG_ATTACH", BPF_PROG_ATTACH)};
constexpr Name kKeyctlOperations[] = {
    One("KEYCTL_GET_KEYRING_ID", KEYCTL_GET_KEYRING_ID),
    One("KEYCTL_JOIN_SESSION_KEYRING", KEYCTL_JOIN_SESSION_KEYRING),
    One("KEYCTL_UPDATE", KEYCTL_UPDATE),
    One("KEYCTL_REVOKE", KEYCTL_REVOKE),
    One("KEYCTL_DESCRIBE", KEYCTL_DESCRIBE),
    One("KEYCTL_SEARCH", KEYCTL_SEARCH),
    One("KEYCTL_READ", KEYCTL_READ),
};
constexpr Name kSeccompOperations[] = {
    One("SECCOMP_SET_MODE_STRICT", SECCOMP_SET_MODE_STRICT),
    One("SECCOMP_SET_MODE_FILTER", SECCOMP_SET_MODE_FILTER),
    One("SECCOMP_GET_ACTION_AVAIL", SECCOMP_GET_ACTION_AVAIL),
    One("SECCOMP_GET_NOTIF_SIZES", SECCOMP_GET_NOTIF_SIZES),
};

// How one argument reads.
struct Kind {
  enum class Base { kSigned, kUnsigned, kHex, kNames } base = Base::kHex;
  absl::Span<const Name> names = {};
};
constexpr Kind kInt = {Kind::Base::kSigned};  // int: descriptors, pids, ids; the kernel cuts it to 32 bits
constexpr Kind kSize = {Kind::Base::kUnsigned};
constexpr Kind kAddress = {Kind::Base::kHex};
constexpr Kind kFlags = {Kind::Base::kHex};

struct Signature {
  std::string_view name;
  std::vector<Kind> args;
};

// What the policies refuse and record, by subject.
const std::vector<Signature>& Signatures() {
  const auto names = [](absl::Span<const Name> list) { return Kind{Kind::Base::kNames, list}; };
  static const auto* signatures = new std::vector<Signature>{
      {"clone", {names(kCloneFlags), kAddress, kAddress, kAddress, kAddress}},
      {"unshare", {names(kCloneFlags)}},
      {"setns", {kInt, names(kCloneFlags)}},
      {"mount", {kAddress, kAddress, kAddress, names(kMountFlags), kAddress}},
      {"umount2", {kAddress, names(kUmountFlags)}},
      {"pivot_root", {kAddress, kAddress}},
      {"chroot", {kAddress}},
      {"open_tree", {kInt, kAddress, kFlags}},
      {"open_tree_attr", {kInt, kAddress, kFlags, kAddress, kSize}},
      {"move_mount", {kInt, kAddress, kInt, kAddress, kFlags}},
      {"mount_setattr", {kInt, kAddress, kFlags, kAddress, kSize}},
      {"fsopen", {kAddress, kFlags}},
      {"fsconfig", {kInt, kInt, kAddress, kAddress, kInt}},
      {"fsmount", {kInt, kFlags, kFlags}},
      {"fspick", {kInt, kAddress, kFlags}},
      {"ptrace", {names(kPtraceRequests), kInt, kAddress, kAddress}},
      {"process_vm_readv", {kInt, kAddress, kSize, kAddress, kSize, kFlags}},
      {"process_vm_writev", {kInt, kAddress, kSize, kAddress, kSize, kFlags}},
      {"process_madvise", {kInt, kAddress, kSize, kInt, kFlags}},
      {"process_mrelease", {kInt, kFlags}},
      {"kcmp", {kInt, kInt, kInt, kAddress, kAddress}},
      {"bpf", {names(kBpfCommands), kAddress, kSize}},
      {"seccomp", {names(kSeccompOperations), kFlags, kAddress}},
      {"add_key", {kAddress, kAddress, kAddress, kSize, kInt}},
      {"request_key", {kAddress, kAddress, kAddress, kInt}},
      {"keyctl", {names(kKeyctlOperations), kAddress, kAddress, kAddress, kAddress}},
      {"name_to_handle_at", {kInt, kAddress, kAddress, kAddress, kFlags}},
      {"open_by_handle_at", {kInt, kAddress, kFlags}},
      {"init_module", {kAddress, kSize, kAddress}},
      {"finit_module", {kInt, kAddress, kFlags}},
      {"delete_module", {kAddress, kFlags}},
      {"kexec_load", {kAddress, kSize, kAddress, kFlags}},
      {"kexec_file_load", {kInt, kInt, kSize, kAddress, kFlags}},
      {"reboot", {kFlags, kFlags, kFlags, kAddress}},
      {"swapon", {kAddress, kFlags}},
      {"swapoff", {kAddress}},
      {"acct", {kAddress}},
      {"quotactl", {kFlags, kAddress, kInt, kAddress}},
      {"iopl", {kInt}},
      {"ioperm", {kSize, kSize, kInt}},
      {"settimeofday", {kAddress, kAddress}},
      {"clock_settime", {kInt, kAddress}},
      {"clock_adjtime", {kInt, kAddress}},
      {"adjtimex", {kAddress}},
      {"vhangup", {}},
      {"vmsplice", {kInt, kAddress, kSize, kFlags}},
  };
  return *signatures;
}

std::string Hex(uint64_t value) { return value == 0 ? "0" : absl::StrCat("0x", absl::Hex(value)); }

std::string Named(uint64_t value, absl::Span<const Name> names) {
  std::vector<std::string> parts;
  for (const Name& name : names) {
    if ((value & name.field) != name.value) continue;
    if (name.value == 0 && name.field != kWhole) continue;
    parts.emplace_back(name.text);
    if (name.field == kWhole) return parts[0];
    value &= ~name.field;
  }
  if (value != 0 || parts.empty()) parts.push_back(Hex(value));
  return absl::StrJoin(parts, "|");
}

std::string Argument(const Kind& kind, uint64_t value) {
  switch (kind.base) {
    case Kind::Base::kSigned:
      return absl::StrCat(static_cast<int32_t>(value));
    case Kind::Base::kUnsigned:
      return absl::StrCat(value);
    case Kind::Base::kNames:
      return Named(value, kind.names);
    case Kind::Base::kHex:
      break;
  }
  return Hex(value);
}

}  // namespace

std::string SyscallText(std::string_view name, absl::Span<const uint64_t> args) {
  const auto& signatures = Signatures();
  const auto row = std::find_if(signatures.begin(), signatures.end(),
                                [name](const Signature& each) { return each.name == name; });
  size_t count = args.size();
  if (row != signatures.end()) {
    count = std::min(count, row->args.size());
  } else {
    while (count > 0 && args[count - 1] == 0) --count;
  }
  std::vector<std::string> texts;
  for (size_t i = 0; i < count; ++i) {
    texts.push_back(row != signatures.end() ? Argument(row->args[i], args[i]) : Hex(args[i]));
  }
  return absl::StrCat(std::string(name), "(", absl::StrJoin(texts, ", "), ")");
}

}  // namespace jail::watch
