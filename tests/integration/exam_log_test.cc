// `jailrun keygen` and `jailrun verify` as a site calls them: files, rights, exit statuses.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "tests/testlib/jailtest/folder_test.h"

namespace jailtest {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

// Signed with the key of RFC 8032, 7.1, test 1: the exam of one case, which was skipped.
constexpr char kKey[] =
    "jailrun exam key 1 public d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\n";
constexpr char kLog[] =
    R"(jailrun exam log 1)"
    "\n"
    R"(1379b0f68abf0a8ff780e9a58f363e978e66167696718c03b8db79bd9ba27d26 {"kind":"exam_started","s)"
    R"(equence":0,"at_us":0,"time":"2026-01-02T03:04:05.678Z","version":"1","cases":1,"sha256":"")"
    R"(})"
    "\n"
    R"(92fba89210a395658259897fe92b131ebddbf43ee28f516dd9e0ff43a161ee6e {"kind":"case_skipped","s)"
    R"(equence":1,"at_us":5,"time":"2026-01-02T03:04:05.678Z","case_id":"1"})"
    "\n"
    R"(db489026a2b92a968a4990b17e2d66e3d9ab758a6637c19bb3d395f2a311df6e {"kind":"exam_ended","seq)"
    R"(uence":2,"at_us":9,"time":"2026-01-02T03:04:05.678Z","passed":false,"passed_cases":0})"
    "\n"
    R"(seal 3 d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a 8ee573d114b6b6fd15)"
    R"(854104e5b6cc6ddbfd75bb777891447e941038c478ee215c210e6534cfa01ca57872ed2ae88748209f5ad65d9e)"
    R"(7ae7361679080fcd3706)"
    "\n";

class ExamLogTest : public FolderTest {
 protected:
  static Outcome Call(std::vector<std::string> args, const std::string& input = "") {
    args.insert(args.begin(), JailrunPath());
    Process process(Command{.argv = args, .stdin_bytes = input});
    return process.Finish();
  }
  std::string Written(const std::string& name, const std::string& text) const {
    std::ofstream(dir_ + "/" + name, std::ios::binary) << text;
    return dir_ + "/" + name;
  }
  static std::string Read(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }
  static mode_t ModeOf(const std::string& path) {
    struct stat info = {};
    return stat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
  }
};

TEST_F(ExamLogTest, KeygenMakesAKeyForItsOwnerAloneAndAPublicOne) {
  const std::string path = dir_ + "/key";
  const Outcome outcome = Call({"keygen", path});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, StartsWith("jailrun exam key 1 public "));
  EXPECT_EQ(Read(path + ".pub"), outcome.out);
  EXPECT_THAT(Read(path), StartsWith("jailrun exam key 1 secret "));
  EXPECT_EQ(ModeOf(path), 0600U);
}

TEST_F(ExamLogTest, KeygenOverwritesNothingAndLeavesNothingHalfDone) {
  const std::string kept = Written("kept", "a key of old"), path = dir_ + "/key";
  const Outcome refused = Call({"keygen", kept});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("never overwritten"));
  EXPECT_EQ(Read(kept), "a key of old");
  EXPECT_FALSE(fs::exists(kept + ".pub"));

  Written("key.pub", "of another key");
  EXPECT_EQ(Call({"keygen", path}).exit_code, 2);
  EXPECT_FALSE(fs::exists(path));
  EXPECT_EQ(Read(path + ".pub"), "of another key");
  EXPECT_EQ(Call({"keygen", dir_ + "/none/key"}).exit_code, 2);
}

TEST_F(ExamLogTest, VerifySaysGoodBadOrUnreadable) {
  const std::string log = Written("log", kLog), key = Written("key.pub", kKey);
  const Outcome good = Call({"verify", log, "--key", key});
  EXPECT_EQ(good.exit_code, 0) << good.out << good.err;
  EXPECT_THAT(good.out,
              HasSubstr("is as its exam wrote it: 3 entries, 1 case. Signed by the key that was asked for"));
  EXPECT_THAT(Call({"verify", "-"}, kLog).out,
              HasSubstr("holds together: 3 entries, 1 case. It names the key d75a"));
  EXPECT_THAT(Call({"verify", "-"}, kLog).out, HasSubstr("only --key FILE.pub can tell"));

  const std::string changed = absl::StrReplaceAll(kLog, {{"\"at_us\":5", "\"at_us\":6"}});
  const Outcome bad = Call({"verify", Written("changed", changed), "--key", key});
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_THAT(bad.out, HasSubstr("  line 3: entry 1 was changed"));
  EXPECT_EQ(Call({"verify", log, "--result", Written("result", "")}).exit_code, 1);

  EXPECT_EQ(Call({"verify", dir_ + "/none"}).exit_code, 2);
  EXPECT_EQ(Call({"verify"}).exit_code, 2);
  EXPECT_EQ(Call({"verify", log, "--key", log}).exit_code, 2);
  EXPECT_EQ(Call({"verify", log, "--result", key}).exit_code, 2);
}

TEST_F(ExamLogTest, VerifyAnswersInJson) {
  const Outcome good = Call({"verify", "-", "--json"}, kLog);
  EXPECT_THAT(good.out,
              StartsWith(R"({"ok": true, "entries": 3, "cases": 1, "signed": true, "key": "d75a98)"));
  const Outcome bad = Call({"verify", "-", "--json"}, "jailrun exam log 1\n");
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_THAT(bad.out, HasSubstr(R"("findings": [{"line": 1, "entry": -1, "message": "the log has no end)"));
}

}  // namespace
}  // namespace jailtest
