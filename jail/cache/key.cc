#include "jail/cache/key.h"

#include <sys/stat.h>

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "jail/base/sha256.h"

namespace jail::cache {
namespace {

// Parts cannot run into one another: each comes with its length.
class Hash {
 public:
  void Add(absl::string_view part) {
    const uint64_t size = part.size();
    hash_.Update({reinterpret_cast<const char*>(&size), sizeof size});
    hash_.Update(part);
  }
  std::string Finish() { return hash_.Finish(); }

 private:
  Sha256 hash_;
};

std::string Serialized(const v1::PhasePlan& phase) {
  v1::PhasePlan copy = phase;
  copy.clear_limits();
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  copy.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

// Links followed. A file that is replaced, as packages do, is another one even with the same times.
std::string Witness(const std::string& path) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0) return absl::StrCat(path, " absent");
  return absl::StrCat(path, " ", status.st_dev, " ", status.st_ino, " ", status.st_size, " ",
                      status.st_mtim.tv_sec, ".", status.st_mtim.tv_nsec, " ", status.st_ctim.tv_sec, ".",
                      status.st_ctim.tv_nsec);
}

}  // namespace

std::vector<std::string> ToolchainWitnesses() {
  return {"/var/lib/dpkg/status", "/var/lib/rpm", "/lib/apk/db/installed", "/usr/local/lib/jailrun",
          "/usr/local/include"};
}

std::string KeyOf(const v1::RunPlan& plan, const v1::PhasePlan& phase, absl::string_view tenant,
                  const std::vector<std::string>& witnesses) {
  Hash hash;
  hash.Add(JAIL_VERSION);
  hash.Add(tenant);
  hash.Add(plan.runtime());
  hash.Add(plan.rootfs());
  hash.Add(plan.image().sha256());
  hash.Add(absl::StrCat(plan.enforcement()));
  hash.Add(Serialized(phase));
  if (plan.has_image()) return hash.Finish();  // Its digest is all of the toolchain; the host's is not used.
  if (!phase.argv().empty()) hash.Add(Witness(phase.argv(0)));
  for (const std::string& path : witnesses) hash.Add(Witness(path));
  return hash.Finish();
}

}  // namespace jail::cache
