// Arbitrary bytes as a sealed plan: jail/plan/view.h must refuse them or hand out only pointers into
// them. This is what stands between a hostile caller and the privileged helper.
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "jail/plan/view.h"
#include "jail/plan/zygote_match.h"
#include "tests/fuzz/require.h"

namespace {

using jail::plan::File;
using jail::plan::Header;
using jail::plan::View;

using jail::fuzz::Require;

constexpr const char* kArgv[] = {"/usr/bin/python3"};
constexpr const char* kEnv[] = {"HOME=/tmp"};
constexpr jail::plan::ZygoteFile kFiles[] = {{"a.py", "x", 1}};
constexpr jail::plan::CompiledZygote kZygote = {"test", 1, kArgv, 1, kEnv, 1, kFiles};

// Touches every byte, so that AddressSanitizer sees each one; and says that it ends inside.
void RequireInside(const std::vector<uint8_t>& bytes, const char* text) {
  const auto* first = reinterpret_cast<const char*>(bytes.data());
  Require(text >= first && text + std::strlen(text) < first + bytes.size());
}

void RequireStrings(const std::vector<uint8_t>& bytes, const std::vector<const char*>& strings,
                    uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) RequireInside(bytes, strings[i]);
  Require(strings[count] == nullptr);
}

void RequireFile(const std::vector<uint8_t>& bytes, const View& view, const File& file) {
  const char* path = view.path(file);
  RequireInside(bytes, path);
  const std::string_view whole = path;
  Require(!whole.empty() && whole.front() != '/' && whole != ".." && whole.substr(0, 3) != "../");
  Require(whole.find("/../") == std::string_view::npos && whole.find("//") == std::string_view::npos);
  const std::vector<char> copy(view.content(file), view.content(file) + file.content.size);
  Require(copy.size() == file.content.size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::vector<uint8_t> bytes(data, data + size);  // As aligned as a mapping, and with redzones.
  if (size >= sizeof(Header)) {
    // A size of zero means "the right one": the fuzzer need not guess it to get past the first check.
    auto* header = reinterpret_cast<Header*>(bytes.data());
    if (header->total_size == 0) header->total_size = size;
  }
  View view;
  if (View::Check(bytes.data(), bytes.size(), &view) != 0) return 0;

  std::vector<const char*> strings(jail::plan::kMaxStrings + 1);
  view.Argv(strings.data());
  RequireStrings(bytes, strings, view.header().argc);
  view.Env(strings.data());
  RequireStrings(bytes, strings, view.header().envc);
  for (uint32_t i = 0; i < view.file_count(); ++i) RequireFile(bytes, view, view.file(i));
  // What matches is what is compiled in, whatever else the plan says.
  if (StartsJust(view, kZygote)) Require(view.header().argc == 2 && view.file_count() == 1);
  return 0;
}
