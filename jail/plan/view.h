// Reads a sealed plan without trusting it: Check looks at every offset, count and NUL once, and only
// then do the accessors hand out pointers. Used by the privileged helper: no heap, no exceptions, no
// library. The fuzz target tests/fuzz/plan_view_fuzz.cc feeds it arbitrary bytes.
#ifndef JAIL_PLAN_VIEW_H_
#define JAIL_PLAN_VIEW_H_

#include <cstddef>
#include <cstdint>

#include "jail/plan/layout.h"

namespace jail::plan {

class View {
 public:
  // Zero, or an errno: EPROTO a wrong magic or version, EBADMSG bytes that contradict one another,
  // E2BIG more strings or files than the layout's bounds. `bytes` must outlive the view.
  static int Check(const void* bytes, size_t size, View* out);

  const Header& header() const { return *reinterpret_cast<const Header*>(base_); }
  const Limits& limits() const { return header().limits; }
  bool Has(Flags flag) const { return (header().flags & flag) != 0; }

  // Fill `out` with argc (envc) pointers and a null; `out` has room for kMaxStrings + 1.
  void Argv(const char** out) const { Split(header().argv, header().argc, out); }
  void Env(const char** out) const { Split(header().env, header().envc, out); }

  uint32_t file_count() const { return header().file_count; }
  const File& file(uint32_t i) const {
    return reinterpret_cast<const File*>(base_ + header().files.offset)[i];
  }
  const char* path(const File& file) const { return base_ + file.path.offset; }
  const char* content(const File& file) const { return base_ + file.content.offset; }

 private:
  void Split(const Span& span, uint32_t count, const char** out) const;

  const char* base_ = nullptr;
};

// Whether a jail that was parked with the one plan is what the other wants, but for what it is given when it
// starts: its files, arguments, environment and the limits that are set last.
bool SameShape(const Header& parked, const Header& job);
// The same for a parked runtime, which has its limits already: all but those that are clocks of the helper's
// must be equal. It has one channel more, its loader's.
bool SameRuntimeShape(const Header& parked, const Header& job);

// "a/b.py": relative, no empty part, no "." or "..", no part over 255 bytes.
bool IsSafePath(const char* path);

}  // namespace jail::plan

#endif  // JAIL_PLAN_VIEW_H_
