// What is compiled into the binaries from data: seccomp policies (tools/build/policyc, from policy/)
// and root views (tools/build/viewc, from rootfs/ and the runtimes' binds). Plain constant data, so
// the helper can use it as it is and nobody can change it between the build and a run.
#ifndef JAIL_PLAN_BUILTIN_H_
#define JAIL_PLAN_BUILTIN_H_

#include <linux/filter.h>

#include <cstdint>

namespace jail::plan {

// Why a call is refused and recorded, where it is not just that no rule names it.
struct CallNote {
  int number;
  const char* group;    // Whose rule it is: the `name` of a policy's or group's file.
  const char* because;  // The rule's reason.
  bool conditional;     // The rule allows the call, but not with such arguments.
};

struct CompiledPolicy {
  const char* name;
  uint8_t sha256[32];  // Of the instructions' bytes.
  uint16_t length;
  const sock_filter* code;
  int note_count;
  const CallNote* notes;
};

// See proto/jail/v1/rootfs.proto. kBindOptional and kLinkOrBind are skipped when the host has none.
enum class EntryKind : uint8_t { kDir, kBind, kBindOptional, kFile, kLink, kLinkOrBind, kDevice };

struct ViewEntry {
  EntryKind kind;
  const char* path;     // Absolute, normal form.
  const char* content;  // kFile: the text. kLink: the target. Otherwise null.
  uint32_t content_size;
};

struct RootView {
  const char* name;
  uint8_t sha256[32];  // Of the entries, in their serialized proto form.
  int count;
  const ViewEntry* entries;
};

// A runtime's loader that may fork into jails (tools/build/zygotec, from runtimes/): all that it is started
// with. Nothing else is ever started as a zygote.
struct ZygoteFile {
  const char* path;  // Below /app.
  const char* content;
  uint32_t size;
};
struct CompiledZygote {
  const char* name;
  int argc;  // Without the number of the loader's channel, which is one more.
  const char* const* argv;
  int envc;
  const char* const* env;  // "NAME=VALUE", in no order.
  int file_count;
  const ZygoteFile* files;
};
const CompiledZygote* ZygoteAt(int index);

// Null when there is none of that name.
const CompiledPolicy* FindPolicy(const char* name);
const RootView* FindRootView(const char* name);

// All of them, for listings: index from 0, null past the end.
const CompiledPolicy* PolicyAt(int index);
const RootView* RootViewAt(int index);

}  // namespace jail::plan

#endif  // JAIL_PLAN_BUILTIN_H_
