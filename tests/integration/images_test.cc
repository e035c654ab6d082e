// Pinned images as roots: what a program sees of one, what the record says, and that nothing is mounted which
// is not root's alone. In each test the place of the images is a file system of its own, with a copy of the
// image "small" (rootfs/build small).
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "jail/plan/layout.h"
#include "jail/plan/steps.h"
#include "jail/root/loop.h"
#include "tests/integration/handmade_plan.h"
#include "tests/testlib/jailtest/for_others.h"
#include "tests/testlib/jailtest/jailrun.h"
#include "tests/testlib/jailtest/must_run.h"

namespace jailtest {
namespace {

namespace fs = std::filesystem;
using jail::plan::Header;
using jail::plan::kImageFile;
using jail::plan::kImagesFolder;
using jail::plan::StepId;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr uid_t kSomeone = 4242;

std::string ReadText(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string DigestOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  std::string block(1 << 20, '\0');
  while (file.read(block.data(), static_cast<std::streamsize>(block.size())) || file.gcount() > 0) {
    crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(block.data()),
                              static_cast<unsigned long long>(file.gcount()));
  }
  std::string digest(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256_final(&state, reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

// The files that loop devices of this machine show.
std::vector<std::string> LoopFiles() {
  std::vector<std::string> files;
  for (const fs::directory_entry& device : fs::directory_iterator("/sys/block")) {
    const std::string file = device.path().string() + "/loop/backing_file";
    if (fs::exists(file)) files.push_back(ReadText(file));
  }
  return files;
}

class ImagesTest : public JailTest {
 protected:
  void SetUp() override {
    JailTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    std::error_code error;
    const fs::path small = fs::canonical(fs::path(kImagesFolder) / "small", error);
    if (error) JAIL_SKIP("there is no image \"small\": rootfs/build small");
    name_ = small.filename();
    const jail::Fd before(open(small.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    ASSERT_EQ(mount("images", kImagesFolder, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=512m"), 0);
    mounted_ = true;
    fs::copy(absl::StrCat("/proc/self/fd/", before.get(), "/"), folder());
    fs::create_directory_symlink(name_, fs::path(kImagesFolder) / "small");
    EXPECT_EQ(chmod(folder().c_str(), 0755), 0);
  }
  void TearDown() override {
    if (mounted_) {
      EXPECT_EQ(umount2(kImagesFolder, MNT_DETACH), 0);
    }
    JailTest::TearDown();
  }

  const std::string& name() const { return name_; }  // "small-0123456789abcdef"
  std::string folder() const { return absl::StrCat(kImagesFolder, "/", name_); }
  std::string file() const { return absl::StrCat(folder(), "/", kImageFile); }

 private:
  std::string name_;
  bool mounted_ = false;
};

JailRun InImage(const std::vector<std::string>& command) {
  std::vector<std::string> args = {"exec", "--rootfs", "small", "--"};
  args.insert(args.end(), command.begin(), command.end());
  return Jailrun(args);
}

TEST_F(ImagesTest, RecordNamesTheImageAndItsDigest) {
  const JailRun run = InImage({"/usr/bin/python3", "-c", "print('hello')"});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_OK);
  EXPECT_EQ(run.outcome.out, "hello\n");
  const jail::v1::Provenance& provenance = run.record.provenance();
  EXPECT_EQ(provenance.rootfs(), "small");
  EXPECT_EQ(provenance.root().kind(), jail::v1::Provenance::Root::KIND_IMAGE);
  EXPECT_EQ(provenance.root().name(), "small");
  EXPECT_EQ(provenance.root().sha256(), DigestOf(file()));
}

TEST_F(ImagesTest, HostRunsSayThatTheyAre) {
  const JailRun run = Jailrun({"exec", "--", "/bin/true"});
  EXPECT_EQ(run.record.provenance().root().kind(), jail::v1::Provenance::Root::KIND_HOST) << run.Describe();
  EXPECT_EQ(run.record.provenance().root().name(), "host");
  EXPECT_THAT(run.record.provenance().root().sha256(), IsEmpty());
}

// A file of the host's below /usr, one of the image's, and of both only what the view names.
TEST_F(ImagesTest, P1_NothingOfTheHostsFilesIsThere) {
  ASSERT_TRUE(fs::exists("/usr/bin/cmake") || fs::exists("/usr/bin/gcc"));
  const JailRun run = InImage({"/bin/bash", "-c",
                               "ls -d /usr/bin/gcc /usr/bin/cmake /usr/local/lib/jailrun /root /home; "
                               "cat /proc/self/mountinfo; > /usr/x; ls -d /usr/bin/perl"});
  SCOPED_TRACE(run.Describe());
  for (const char* path : {"gcc", "cmake", "jailrun", "root", "home"})
    EXPECT_THAT(run.outcome.out, Not(HasSubstr(absl::StrCat("/", path, "\n"))));
  EXPECT_THAT(run.outcome.out, HasSubstr("/usr/bin/perl\n"));
  EXPECT_THAT(run.outcome.out, HasSubstr(" /usr /usr ro,nosuid,nodev,relatime - erofs "));
  EXPECT_THAT(run.outcome.out, Not(HasSubstr(" / /tmp ro"))) << "the whole image is still mounted";
  EXPECT_THAT(run.outcome.err, HasSubstr("Read-only file system"));
}

TEST_F(ImagesTest, EveryProbeOfItsLanguagePasses) {
  const JailRun run =
      Jailrun(Command{.argv = {JailrunPath(), "langs", "--check", "--rootfs", "small", "python"},
                      .timeout = absl::Seconds(120)});
  EXPECT_EQ(run.outcome.exit_code, 0) << run.outcome.out << run.outcome.err;
  EXPECT_THAT(run.outcome.out, HasSubstr("ok    python.hello"));
}

TEST_F(ImagesTest, ProbesOfALanguageThatIsNotInItFail) {
  const JailRun run =
      Jailrun(Command{.argv = {JailrunPath(), "langs", "--check", "--rootfs", "small", "go"}});
  EXPECT_NE(run.outcome.exit_code, 0);
  EXPECT_THAT(run.outcome.out, HasSubstr("FAIL  go  not in this image: no /usr/local/lib/jailrun/go/build"));
}

TEST_F(ImagesTest, ALanguageThatIsNotInItIsNamed) {
  const JailRun run = Jailrun({"--rootfs", "small", "--lang", "c", "-"}, "int main(void) { return 0; }\n");
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_JAIL_ERROR);
  EXPECT_THAT(run.record.failure().message(), HasSubstr("is not in the image small-"));
  EXPECT_THAT(run.record.failure().message(), HasSubstr("/usr/bin/gcc"));
  EXPECT_THAT(run.record.failure().hint(), HasSubstr("jailrun langs --rootfs"));
}

TEST_F(ImagesTest, ALanguageRunsAsOnTheHost) {
  for (const char* root : {"host", "small"}) {
    const JailRun run =
        Jailrun({"--rootfs", root, "--lang", "python", "-"}, "import sys; print(6 * 7); sys.exit(3)\n");
    EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_NONZERO_EXIT) << run.Describe();
    EXPECT_EQ(run.outcome.out, "42\n");
    EXPECT_EQ(run.outcome.exit_code, 3);
    EXPECT_EQ(run.record.provenance().runtime_program().empty(), std::string(root) == "small");
  }
}

// --- What is not mounted ------------------------------------------------------------------------

struct Damage {
  const char* name;
  void (*spoil)(const std::string& folder);
  int error;
  const char* subject;  // Its end.
};

void PrintTo(const Damage& damage, std::ostream* out) { *out << damage.name; }

std::string FileIn(const std::string& folder) { return absl::StrCat(folder, "/", kImageFile); }

void Overwrite(const std::string& path, char byte) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file << std::string(4096, byte);
}

// The other end of a link is what it should be: it is the link that is refused.
void MakeLink(const std::string& path) {
  fs::rename(path, path + ".real");
  fs::create_symlink(path + ".real", path);
}

constexpr Damage kDamages[] = {
    {"FileOfSomeone", [](const std::string& f) { EXPECT_EQ(chown(FileIn(f).c_str(), kSomeone, 0), 0); },
     EPERM, kImageFile},
    {"FileForTheGroup", [](const std::string& f) { EXPECT_EQ(chmod(FileIn(f).c_str(), 0664), 0); }, EPERM,
     kImageFile},
    {"FileForAll", [](const std::string& f) { EXPECT_EQ(chmod(FileIn(f).c_str(), 0646), 0); }, EPERM,
     kImageFile},
    {"FolderOfSomeone", [](const std::string& f) { EXPECT_EQ(chown(f.c_str(), kSomeone, 0), 0); }, EPERM, ""},
    {"FolderForAll", [](const std::string& f) { EXPECT_EQ(chmod(f.c_str(), 01777), 0); }, EPERM, ""},
    {"PlaceOfSomeone", [](const std::string&) { EXPECT_EQ(chown(kImagesFolder, kSomeone, 0), 0); }, EPERM,
     "/images"},
    {"PlaceForAll", [](const std::string&) { EXPECT_EQ(chmod(kImagesFolder, 0777), 0); }, EPERM, "/images"},
    {"LinkedFile", [](const std::string& f) { MakeLink(FileIn(f)); }, ELOOP, kImageFile},
    {"LinkedFolder", [](const std::string& f) { MakeLink(f); }, ELOOP, ""},
    {"NoImage", [](const std::string& f) { Overwrite(FileIn(f), 'x'); }, EINVAL, kImageFile},
};

class DamagedImageTest : public ImagesTest, public testing::WithParamInterface<Damage> {};

INSTANTIATE_TEST_SUITE_P(Each, DamagedImageTest, testing::ValuesIn(kDamages),
                         [](const auto& damage) { return std::string(damage.param.name); });

TEST_P(DamagedImageTest, P33_IsNotMountedAndTheRecordSaysWhy) {
  const Damage& damage = GetParam();
  damage.spoil(folder());
  const JailRun run = InImage({"/bin/true"});
  SCOPED_TRACE(run.Describe());
  const jail::v1::Failure& failure = run.record.failure();
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_JAIL_ERROR);
  EXPECT_EQ(failure.step(), "mount_image");
  EXPECT_EQ(failure.error_number(), damage.error);
  EXPECT_THAT(failure.subject(), testing::EndsWith(*damage.subject != '\0' ? damage.subject : name()));
  EXPECT_EQ(failure.origin(), jail::v1::Failure::ORIGIN_HOST);
  EXPECT_THAT(failure.hint(), Not(HasSubstr("report this record")));
}

TEST_F(ImagesTest, ATruncatedImageIsSaidToBe) {
  ASSERT_EQ(truncate(file().c_str(), 1 << 20), 0);
  const JailRun run = InImage({"/bin/true"});
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_JAIL_ERROR);
  EXPECT_THAT(run.record.failure().message(), HasSubstr("is damaged: "));
  EXPECT_THAT(run.record.failure().message(), HasSubstr("has 1048576 bytes of"));
  EXPECT_THAT(run.record.failure().hint(), HasSubstr("rootfs/build"));
}

// Even when the caller's side has been fooled: whatever can be read of it, no program runs as if it were
// whole.
TEST_F(ImagesTest, ATruncatedImageBehindATruncatedManifestRunsNothing) {
  for (const int size : {0, 512, 2048, 1 << 20}) {
    ASSERT_EQ(truncate(file().c_str(), size), 0);
    std::string manifest = ReadText(folder() + "/manifest.textproto");
    const size_t at = manifest.find("size_bytes: ");
    ASSERT_NE(at, std::string::npos);
    manifest.replace(at, manifest.find('\n', at) - at, absl::StrCat("size_bytes: ", size));
    std::ofstream(folder() + "/manifest.textproto") << manifest;
    const JailRun run = InImage({"/usr/bin/python3", "-c", "print('ran')"});
    EXPECT_NE(run.record.verdict(), jail::v1::VERDICT_OK) << run.Describe();
    EXPECT_THAT(run.outcome.out, IsEmpty());
  }
}

TEST_F(ImagesTest, AManifestOfAnotherImageIsNotBelieved) {
  std::string manifest = ReadText(folder() + "/manifest.textproto");
  const size_t at = manifest.find("sha256: \"") + std::strlen("sha256: \"");
  manifest[at] = manifest[at] == '0' ? '1' : '0';
  std::ofstream(folder() + "/manifest.textproto") << manifest;
  const JailRun run = InImage({"/bin/true"});
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_JAIL_ERROR);
  EXPECT_THAT(run.record.failure().message(), HasSubstr("its manifest is another's")) << run.Describe();
}

TEST_F(ImagesTest, NamesThatAreNoneAreRefused) {
  for (const char* name :
       {"smal", "../images/small", "small/", ".", "..", "/usr", "small-0123456789abcdef"}) {
    const JailRun run = Jailrun({"exec", "--rootfs", name, "--", "/bin/true"});
    EXPECT_EQ(run.outcome.exit_code, 2) << run.Describe();
    EXPECT_THAT(run.outcome.err, HasSubstr("--rootfs: there is no ")) << run.Describe();
    EXPECT_THAT(run.outcome.err, HasSubstr("(known: host, small)")) << run.Describe();
  }
}

// --- The helper by itself: what a caller could send --------------------------------------------------

void SetImage(const std::string& image, Header* header) {
  std::strncpy(header->image, image.c_str(), sizeof header->image - 1);
}

HelperRun Launch(const std::string& image, const std::function<void(Command*)>& change = nullptr) {
  return RunHelper(PlanMemfd(PlanBytes([&image](Header* header, std::string*) { SetImage(image, header); })),
                   change);
}

TEST_F(ImagesTest, P33_AnImageThatIsGoneIsNamedByTheHelper) {
  const HelperRun run = Launch("gone-0123456789abcdef");
  ASSERT_TRUE(run.report.has_value());
  EXPECT_EQ(run.report->host.step, StepId::kMountImage);
  EXPECT_EQ(run.report->host.error, ENOENT);
  EXPECT_STREQ(run.report->host.subject, absl::StrCat(kImagesFolder, "/gone-0123456789abcdef").c_str());
}

TEST_F(ImagesTest, P33_APathIsNoImage) {
  for (const std::string image : {"../images/small", "a/b", "..", ".", "Small", "small.erofs"}) {
    const HelperRun run = Launch(image);
    ASSERT_TRUE(run.report.has_value());
    EXPECT_EQ(run.report->host.step, StepId::kCheckSeals) << image;
    EXPECT_EQ(run.report->host.error, EBADMSG) << image;
  }
}

TEST_F(ImagesTest, P33_AnImagesNameWithoutAnEndIsNone) {
  const HelperRun run = RunHelper(PlanMemfd(PlanBytes(
      [](Header* header, std::string*) { std::memset(header->image, 'a', sizeof header->image); })));
  ASSERT_TRUE(run.report.has_value());
  EXPECT_EQ(run.report->host.step, StepId::kCheckSeals);
}

// Without privilege there is no mounting it: the record says so, and how to have it.
TEST_F(ImagesTest, RootlessIsToldWhatToDo) {
  const ForOthers for_others;
  Command command = JailrunCommand({"exec", "--rootfs", "small", "--", "/bin/true"});
  command.argv[0] = ForOthers::jailrun();
  command.before_exec = [] {
    if (setresgid(kSomeone, kSomeone, kSomeone) != 0 || setresuid(kSomeone, kSomeone, kSomeone) != 0)
      _exit(99);
  };
  const JailRun run = Jailrun(std::move(command));
  SCOPED_TRACE(run.Describe());
  EXPECT_EQ(run.record.verdict(), jail::v1::VERDICT_JAIL_ERROR);
  EXPECT_EQ(run.record.failure().step(), "mount_image");
  EXPECT_EQ(run.record.failure().error_number(), EOPNOTSUPP);
  EXPECT_THAT(run.record.failure().hint(), HasSubstr("SETUID=1"));
}

// --- Kernels before 6.12 -----------------------------------------------------------------------------

#ifdef JAILTEST_FAULTY
TEST_F(ImagesTest, AnOldKernelMountsThroughALoopDevice) {
  const std::vector<std::string> before = LoopFiles();
  const HelperRun run = Launch(name(), [](Command* command) {
    command->argv = {JAILTEST_FAULTY, "--fault=mount_image:old_kernel"};
  });
  ASSERT_TRUE(run.report.has_value());
  EXPECT_EQ(run.report->host.error, 0) << jail::plan::StepName(run.report->host.step);
  EXPECT_EQ(run.report->child.error, 0) << jail::plan::StepName(run.report->child.step);
  EXPECT_EQ(run.report->program_ended, 1U);
  EXPECT_EQ(run.report->program_status, 0);
  EXPECT_EQ(LoopFiles(), before);
}
#endif

TEST_F(ImagesTest, ALoopDeviceGoesWithItsLastUserHoweverThatEnds) {
  const std::vector<std::string> before = LoopFiles();
  int ready[2];
  ASSERT_EQ(pipe2(ready, O_CLOEXEC), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const int image = open(file().c_str(), O_RDONLY | O_CLOEXEC);
    int mount = -1;
    const int error = jail::root::MountThroughLoop(image, &mount);
    static_cast<void>(write(ready[1], &error, sizeof error));
    pause();
    _exit(1);
  }
  int error = -1;
  ASSERT_EQ(read(ready[0], &error, sizeof error), static_cast<ssize_t>(sizeof error));
  close(ready[0]);
  close(ready[1]);
  EXPECT_EQ(error, 0) << strerror(error);
  EXPECT_EQ(LoopFiles().size(), before.size() + 1);
  ASSERT_EQ(kill(child, SIGKILL), 0);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  for (int i = 0; i < 100 && LoopFiles() != before; ++i) absl::SleepFor(absl::Milliseconds(20));
  EXPECT_EQ(LoopFiles(), before);
}

}  // namespace
}  // namespace jailtest
