// The site file has two readers: the caller's (protobuf) and the helper's (without). What the first accepts
// the second must accept, and read the same numbers from it: else a run is promised what the helper refuses.
#include <cstdint>
#include <string>

#include "jail/plan/ceilings.h"
#include "jail/resolve/site.h"
#include "tests/fuzz/require.h"

namespace {

using jail::fuzz::Require;
using jail::plan::SiteLimits;

void RequireSame(bool given, int64_t theirs, int64_t ours, int64_t fallback) {
  Require(ours == (given ? theirs : fallback));
}

void RequireSame(const jail::v1::Site& theirs, const SiteLimits& ours) {
  const SiteLimits defaults;
  RequireSame(theirs.has_max_memory_bytes(), theirs.max_memory_bytes(), ours.max_memory_bytes,
              defaults.max_memory_bytes);
  RequireSame(theirs.has_max_processes(), theirs.max_processes(), ours.max_processes, defaults.max_processes);
  RequireSame(theirs.has_max_wall_time_ms(), theirs.max_wall_time_ms(), ours.max_wall_time_ms,
              defaults.max_wall_time_ms);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  SiteLimits ours;
  int32_t bad_line = 0;
  const int error = jail::plan::ParseSite(text.c_str(), &ours, &bad_line);
  const auto theirs = jail::resolve::ParseSite(text, "site");
  if (theirs.ok() && error == 0) RequireSame(*theirs, ours);
  if (theirs.ok()) Require(error == 0);
  return 0;
}
