// Files that a stranger's program leaves, from its work directory to the caller's: collected by glob, then
// written. The input is lines; each first letter says what the rest names:
//   g  a glob that the caller gives     f d p  a file, directory, FIFO that the stranger leaves
//   a  an artifact of a forged record   l h    a link to the outside that he leaves; that is in the caller's
//   directory e  a file that is already in the caller's directory
// Whatever they are: nothing of the outside is read, nothing is written outside, and what the caller has
// stays his unless he has named it in full.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "jail/base/fd.h"
#include "jail/watch/collect.h"
#include "tests/fuzz/require.h"
#include "tools/jailrun/artifacts.h"

namespace {

namespace fs = std::filesystem;
using jail::cli::GlobMatch;
using jail::cli::MatchGlob;
using jail::fuzz::Require;

constexpr char kSecret[] = "the host's secret";
constexpr char kStrangers[] = "a stranger's";
constexpr char kCallers[] = "the caller's own";
constexpr size_t kMostLines = 40, kMostName = 300;

std::string Text(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// outside/ is the host, with a secret in it; work/ the stranger's; mine/ the caller's.
class Scene {
 public:
  Scene() : top_(absl::StrCat(fs::exists("/dev/shm") ? "/dev/shm" : "/tmp", "/jailrun-fuzz-", getpid())) {
    fs::remove_all(top_);
    for (const char* folder : {"outside/folder", "work", "mine"}) fs::create_directories(top_ / folder);
    std::ofstream(top_ / "outside/secret") << kSecret;
  }
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;
  ~Scene() { fs::remove_all(top_); }

  fs::path work() const { return top_ / "work"; }
  fs::path mine() const { return top_ / "mine"; }

  // Below `base` only: the scene itself is honest. What cannot be made is left out.
  bool Make(char kind, const fs::path& base, const std::string& name) {
    if (name.empty() || name.size() > kMostName) return false;
    for (const absl::string_view part : absl::StrSplit(name, '/')) {
      if (part.empty() || part == "." || part == "..") return false;
    }
    const fs::path path = base / name;
    std::error_code error;
    if (!IsOwn(base, path.parent_path())) return false;
    fs::create_directories(path.parent_path(), error);
    if (error || fs::exists(fs::symlink_status(path, error))) return false;
    switch (kind) {
      case 'd':
        return fs::create_directory(path, error);
      case 'p':
        return mkfifo(path.c_str(), 0666) == 0;
      case 'l':
      case 'h':
        fs::create_symlink(name.size() % 2 == 0 ? top_ / "outside" : top_ / "outside/secret", path, error);
        return !error;
      default:
        return static_cast<bool>(std::ofstream(path) << (kind == 'e' ? kCallers : kStrangers));
    }
  }

  void RequireOutsideUntouched() const {
    Require(Text(top_ / "outside/secret") == kSecret && fs::is_empty(top_ / "outside/folder"));
    Require(std::distance(fs::directory_iterator(top_ / "outside"), {}) == 2);
    Require(std::distance(fs::directory_iterator(top_), {}) == 3);
  }

 private:
  // No link on the way: create_directories goes through them.
  static bool IsOwn(const fs::path& base, const fs::path& parent) {
    std::error_code error;
    return absl::StartsWith(fs::weakly_canonical(parent, error).string(), base.string()) && !error;
  }

  fs::path top_;
};

struct Input {
  jail::v1::JobSpec job;
  jail::v1::ResultRecord forged;
  std::vector<std::string> globs;
  std::vector<std::string> kept;   // Files of the caller's.
  std::vector<std::string> links;  // Of his, to the outside.
};

Input Read(absl::string_view text, Scene* scene) {
  Input input;
  std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  if (lines.size() > kMostLines) lines.resize(kMostLines);
  for (const absl::string_view line : lines) {
    if (line.empty() || absl::StrContains(line, '\0')) continue;
    const std::string name(line.substr(1));
    switch (line[0]) {
      case 'g':
        input.job.add_artifact_globs(name);
        input.globs.push_back(name);
        break;
      case 'a': {
        jail::v1::Artifact* artifact = input.forged.add_artifacts();
        artifact->set_path(name);
        artifact->set_content(kStrangers);
        break;
      }
      case 'e':
        if (scene->Make('e', scene->mine(), name)) input.kept.push_back(name);
        break;
      case 'h':
        if (scene->Make('h', scene->mine(), name)) input.links.push_back(name);
        break;
      default:
        scene->Make(line[0], scene->work(), name);
    }
  }
  return input;
}

void Collect(const Scene& scene, Input* input) {
  const jail::Fd work(open(scene.work().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const jail::watch::CollectBounds bounds = {.total_bytes = 200, .files = 8, .entries = 64, .depth = 8};
  const auto files = jail::watch::CollectGlobs(work.get(), input->globs, bounds);
  Require(files.size() <= 8);
  for (const jail::watch::CollectedFile& file : files) {
    Require(absl::StartsWith(kStrangers, file.content) && fs::is_regular_file(scene.work() / file.path));
    jail::v1::Artifact* artifact = input->forged.add_artifacts();
    artifact->set_path(file.path);
    artifact->set_content(file.content);
  }
}

bool IsNamedInFull(const Input& input, const std::string& name) {
  for (const std::string& glob : input.globs) {
    if (MatchGlob(glob, name) == GlobMatch::kExact) return true;
  }
  return false;
}

void RequireOnlyWhatWasAskedFor(const Scene& scene, const Input& input) {
  for (const std::string& name : input.kept) {
    Require(Text(scene.mine() / name) == kCallers || IsNamedInFull(input, name));
  }
  for (const std::string& name : input.links) Require(fs::is_symlink(scene.mine() / name));
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(scene.mine())) {
    if (!entry.is_regular_file() || entry.is_symlink() || Text(entry.path()) == kCallers) continue;
    const std::string name = fs::relative(entry.path(), scene.mine()).string();
    bool asked = false;
    for (const std::string& glob : input.globs) asked = asked || MatchGlob(glob, name) != GlobMatch::kNone;
    Require(asked && (entry.status().permissions() & fs::perms::owner_exec) == fs::perms::none);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Scene scene;
  Input input = Read(absl::string_view(reinterpret_cast<const char*>(data), size), &scene);
  Collect(scene, &input);
  for (const std::string& problem :
       jail::cli::WriteArtifacts(input.job, input.forged, scene.mine().string())) {
    for (const char c : problem) Require(static_cast<unsigned char>(c) >= 0x20);
  }
  RequireOnlyWhatWasAskedFor(scene, input);
  scene.RequireOutsideUntouched();
  return 0;
}
