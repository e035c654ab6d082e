#include "jail/plan/zygote_match.h"

#include <cstring>

namespace jail::plan {
namespace {

bool IsChannelNumber(const char* text) { return text[0] >= '5' && text[0] <= '9' && text[1] == '\0'; }

bool HasEnv(const CompiledZygote& loader, const char* variable) {
  for (int i = 0; i < loader.envc; ++i) {
    if (std::strcmp(loader.env[i], variable) == 0) return true;
  }
  return false;
}

// Strings of a plan differ from one another, or its environment would name a variable twice.
bool SameStrings(const View& plan, const CompiledZygote& loader) {
  static const char* strings[kMaxStrings + 1];
  const Header& header = plan.header();
  const auto argc = static_cast<uint32_t>(loader.argc), envc = static_cast<uint32_t>(loader.envc);
  if (header.argc != argc + 1 || header.envc != envc) return false;
  plan.Argv(strings);
  for (uint32_t i = 0; i < argc; ++i) {
    if (std::strcmp(strings[i], loader.argv[i]) != 0) return false;
  }
  if (!IsChannelNumber(strings[argc])) return false;
  plan.Env(strings);
  for (uint32_t i = 0; i < envc; ++i) {
    if (!HasEnv(loader, strings[i])) return false;
  }
  return true;
}

bool SameFile(const View& plan, const File& file, const ZygoteFile& ours) {
  return file.place == Place::kApp && std::strcmp(plan.path(file), ours.path) == 0 &&
         file.content.size == ours.size && std::memcmp(plan.content(file), ours.content, ours.size) == 0;
}

bool SameFiles(const View& plan, const CompiledZygote& loader) {
  if (plan.file_count() != static_cast<uint32_t>(loader.file_count)) return false;
  for (uint32_t i = 0; i < plan.file_count(); ++i) {
    if (!SameFile(plan, plan.file(i), loader.files[i])) return false;
  }
  return true;
}

}  // namespace

bool StartsJust(const View& plan, const CompiledZygote& loader) {
  return SameStrings(plan, loader) && SameFiles(plan, loader);
}

}  // namespace jail::plan
