#include "tools/jailrun/version.h"

#include <sys/utsname.h>

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/stubs/common.h"
#include "tools/jailrun/commit.h"
#include "tools/jailrun/table.h"

namespace jail::cli {
namespace {

using VersionFact = std::pair<std::string, std::string>;

std::string Kernel() {
  utsname name = {};
  return uname(&name) == 0 ? absl::StrCat(name.release, " ", name.machine) : "unknown";
}

std::vector<VersionFact> VersionFacts() {
  return {{"version", JAIL_VERSION},
          {"commit", JAIL_COMMIT},
          {"kernel", Kernel()},
          {"protobuf", google::protobuf::internal::VersionString(GOOGLE_PROTOBUF_VERSION)}};
}

}  // namespace

std::string RenderVersion(const std::vector<BuiltinPart>& parts) {
  Table table(0);
  for (const VersionFact& fact : VersionFacts())
    table.Row({fact.first == "version" ? "jailrun" : fact.first, fact.second});
  for (const BuiltinPart& part : parts) {
    table.Row({absl::StrCat(part.kind, " ", part.name),
               absl::StrCat("sha256 ", absl::BytesToHexString(part.sha256))});
  }
  return table.Text();
}

// All values are ours: names of [a-z0-9._-] and digits, so nothing needs escaping.
std::string VersionJson(const std::vector<BuiltinPart>& parts) {
  const std::string facts =
      absl::StrJoin(VersionFacts(), ",\n", [](std::string* out, const VersionFact& fact) {
        absl::StrAppend(out, "  \"", fact.first, "\": \"", fact.second, "\"");
      });
  const std::string builtin = absl::StrJoin(parts, ",\n", [](std::string* out, const BuiltinPart& part) {
    absl::StrAppend(out, "    {\"kind\": \"", part.kind, "\", \"name\": \"", part.name, "\", \"sha256\": \"",
                    absl::BytesToHexString(part.sha256), "\"}");
  });
  return absl::StrCat("{\n", facts, ",\n  \"builtin\": [\n", builtin, "\n  ]\n}\n");
}

}  // namespace jail::cli
