#include "tools/jailrun/langs.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tools/jailrun/langs_report.h"

namespace jail::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

v1::RuntimeCatalog Catalog() {
  return Parse<v1::RuntimeCatalog>(R"pb(
    runtimes {
      name: "here"
      display_name: "Here"
      aliases: "h"
      extensions: "he"
      default_path: "main.he"
      run { argv: "/usr/bin/env" argv: "{entry}" }
      version_argv: "/usr/bin/env"
      probes { name: "hello" source: "s" expected_stdout: "hi\n" }
      probes { name: "seven" source: "t" expected_exit_code: 7 }
      probes { name: "dies" source: "u" expected_exit_code: 139 expected_verdict: "VERDICT_SIGNALED" }
    }
    runtimes {
      name: "absent"
      compile { argv: "/usr/bin/no-such-compiler" }
      run { argv: "/app/a.out" }
      probes { name: "hello" }
    })pb");
}

// Answers as a jail would, by the source it is given.
v1::ResultRecord Answer(const v1::JobSpec& job) {
  const std::string source = job.files().empty() ? "" : job.files(0).content();
  if (source == "s") {
    return Parse<v1::ResultRecord>("verdict: VERDICT_OK phases { exit_code: 0 stdout { content: 'hi\\n' } }");
  }
  if (source == "t") return Parse<v1::ResultRecord>("verdict: VERDICT_NONZERO_EXIT phases { exit_code: 7 }");
  if (source == "u") return Parse<v1::ResultRecord>("verdict: VERDICT_SIGNALED phases { term_signal: 11 }");
  return Parse<v1::ResultRecord>(
      "verdict: VERDICT_OK phases { exit_code: 0 stdout { content: 'Here 1.2\\nmore' } }");
}

struct Checked {
  bool ok;
  std::string text;
};

Checked Check(const v1::RuntimeCatalog& catalog, const std::vector<std::string>& names, RunJob run) {
  std::string text;
  const bool ok = CheckLangs(*PickRuntimes(catalog, names), run,
                             [&text](absl::string_view part) { text.append(part.data(), part.size()); });
  return {ok, text};
}

std::string LangsTable(const v1::RuntimeCatalog& catalog, const std::vector<std::string>& names,
                       bool versions, RunJob run) {
  return RenderLangs(
      DescribeLangs(*PickRuntimes(catalog, names), versions ? Ask::kFirstProbe : Ask::kNothing, run));
}

TEST(LangsTest, ToolsOfTheHostAreLookedFor) {
  const v1::RuntimeCatalog catalog = Catalog();
  EXPECT_THAT(MissingTools(catalog.runtimes(0)), IsEmpty());
  EXPECT_THAT(MissingTools(catalog.runtimes(1)), ElementsAre("/usr/bin/no-such-compiler"));
}

TEST(LangsTest, AProgramThatStandsInIsEnough) {
  v1::Runtime runtime = Catalog().runtimes(1);
  v1::Runtime::Choice& choice = *runtime.add_choices();
  choice.set_program("/usr/bin/no-such-compiler");
  choice.add_otherwise("/usr/bin/nor-this");
  EXPECT_THAT(MissingTools(runtime), ElementsAre("/usr/bin/no-such-compiler"));
  choice.add_otherwise("/usr/bin/env");
  EXPECT_THAT(MissingTools(runtime), IsEmpty());
}

TEST(LangsTest, TheVersionIsAskedOfTheProgramThatIsThere) {
  v1::RuntimeCatalog catalog = Catalog();
  v1::Runtime& runtime = *catalog.mutable_runtimes(0);
  runtime.mutable_run()->set_argv(0, "/opt/env");
  runtime.set_version_argv(0, "/opt/env");
  runtime.add_choices()->set_program("/opt/env");
  runtime.mutable_choices(0)->add_otherwise("/usr/bin/env");
  std::string asked;
  LangsTable(catalog, {"h"}, /*versions=*/true, [&asked](const v1::JobSpec& job) {
    if (!job.command().empty()) asked = job.command(0);
    return Answer(job);
  });
  EXPECT_EQ(asked, "/usr/bin/env");
}

TEST(LangsTest, WhatIsNotInstalledNamesItsCure) {
  v1::RuntimeCatalog catalog = Catalog();
  catalog.mutable_runtimes(1)->mutable_install()->add_toolchains("absent");
  EXPECT_THAT(LangsTable(catalog, {}, /*versions=*/false, Answer),
              HasSubstr("(as root: jailrun langs install absent)"));
}

TEST(LangsTest, TheInstallerIsToldEachThingOnce) {
  v1::RuntimeCatalog catalog = Catalog();
  for (v1::Runtime& runtime : *catalog.mutable_runtimes()) runtime.mutable_install()->add_toolchains("both");
  catalog.mutable_runtimes(1)->mutable_install()->add_debian_packages("gcc");
  EXPECT_THAT(InstallArguments(*PickRuntimes(catalog, {})), ElementsAre("toolchain:both", "debian:gcc"));
}

TEST(LangsTest, OtherProgramsThatItNeedsAreLookedForToo) {
  v1::Runtime runtime = Catalog().runtimes(0);
  runtime.mutable_install()->add_needs("/usr/bin/env");
  EXPECT_THAT(MissingTools(runtime), IsEmpty());
  runtime.mutable_install()->add_needs("/usr/bin/no-such-linker");
  EXPECT_THAT(MissingTools(runtime), ElementsAre("/usr/bin/no-such-linker"));
}

TEST(LangsTest, WhatIsOnRequestIsInstalledByItsNameOnly) {
  v1::RuntimeCatalog catalog = Catalog();
  catalog.mutable_runtimes(0)->mutable_install()->add_debian_packages("here");
  catalog.mutable_runtimes(1)->mutable_install()->add_debian_packages("absent");
  catalog.mutable_runtimes(1)->mutable_install()->set_on_request(true);
  EXPECT_THAT(InstallArguments(*PickToInstall(catalog, {})), ElementsAre("debian:here"));
  EXPECT_THAT(InstallArguments(*PickToInstall(catalog, {"absent"})), ElementsAre("debian:absent"));
}

TEST(LangsTest, WhatIsOnRequestAndNotInstalledIsLeftOutOfTheCheck) {
  v1::RuntimeCatalog catalog = Catalog();
  catalog.mutable_runtimes(1)->mutable_install()->set_on_request(true);
  const Checked checked = Check(catalog, {}, Answer);
  EXPECT_TRUE(checked.ok);
  EXPECT_THAT(checked.text, HasSubstr("left   absent  not installed: no /usr/bin/no-such-compiler"));
  EXPECT_FALSE(Check(catalog, {"absent"}, Answer).ok) << "nothing was checked";
}

TEST(LangsTest, AProbesFilesAndStandardErrorCount) {
  v1::RuntimeCatalog catalog = Catalog();
  v1::Runtime::Probe& probe = *catalog.mutable_runtimes(0)->mutable_probes(0);
  probe.set_path("other.he");
  probe.add_files()->set_path("beside");
  probe.set_expected_stderr_part("2:1: error");
  std::vector<std::string> paths;
  const Checked checked = Check(catalog, {"here"}, [&paths](const v1::JobSpec& job) {
    if (paths.empty()) paths = {job.files(0).path(), job.files(job.files_size() - 1).path()};
    return Answer(job);
  });
  EXPECT_THAT(paths, ElementsAre("other.he", "beside"));
  EXPECT_THAT(checked.text, HasSubstr("expected \"2:1: error\" on standard error but got \"\""));
}

TEST(LangsTest, TheListTellsNamesAndState) {
  const v1::RuntimeCatalog catalog = Catalog();
  const std::string text = LangsTable(catalog, {}, /*versions=*/false, Answer);
  EXPECT_THAT(text, HasSubstr(".he"));
  EXPECT_THAT(text, HasSubstr("not installed: no /usr/bin/no-such-compiler"));
}

TEST(LangsTest, AVersionIsTheFirstLineOfAJailedRun) {
  const v1::RuntimeCatalog catalog = Catalog();
  const std::string text = LangsTable(catalog, {"h"}, /*versions=*/true, Answer);
  EXPECT_THAT(text, HasSubstr("Here 1.2\n"));
}

TEST(LangsTest, WithTheVersionComeTheStartAndTheFirstProgram) {
  const v1::RuntimeCatalog catalog = Catalog();
  const auto answer = [](const v1::JobSpec& job) {
    v1::ResultRecord record = Answer(job);
    record.mutable_timeline()->set_total_us(12300);
    return record;
  };
  const v1::LanguageReport report = DescribeLangs(*PickRuntimes(catalog, {}), Ask::kFirstProbe, answer);
  EXPECT_EQ(report.languages(0).start_up_us(), 12300);
  EXPECT_EQ(report.languages(0).self_test().passed(), 1);
  EXPECT_FALSE(report.languages(1).installed());
  EXPECT_FALSE(report.languages(1).has_self_test());
  EXPECT_THAT(RenderLangs(report), HasSubstr("12.3 ms"));
  EXPECT_EQ(DescribeLangs(*PickRuntimes(catalog, {"h"}), Ask::kEverything, answer)
                .languages(0)
                .self_test()
                .passed(),
            3);
  const v1::LanguageReport versions = DescribeLangs(*PickRuntimes(catalog, {"h"}), Ask::kVersions, answer);
  EXPECT_EQ(versions.languages(0).version(), "Here 1.2");
  EXPECT_FALSE(versions.languages(0).has_start_up_us());
}

TEST(LangsTest, ALanguageThatFailsIsShown) {
  const v1::RuntimeCatalog catalog = Catalog();
  const std::string text =
      LangsTable(catalog, {"h"}, /*versions=*/true, [](const v1::JobSpec&) { return v1::ResultRecord(); });
  EXPECT_THAT(text, HasSubstr("FAILED: here.hello: expected OK"));
}

TEST(LangsTest, ProbesThatBehavePass) {
  const v1::RuntimeCatalog catalog = Catalog();
  const Checked checked = Check(catalog, {"here"}, Answer);
  EXPECT_TRUE(checked.ok);
  EXPECT_THAT(checked.text, HasSubstr("3 passed, 0 failed\n"));
}

TEST(LangsTest, WrongOutputStatusAndVerdictFail) {
  const v1::RuntimeCatalog catalog = Catalog();
  const Checked checked = Check(catalog, {"here"}, [](const v1::JobSpec&) {
    return Parse<v1::ResultRecord>("verdict: VERDICT_OK phases { exit_code: 0 stdout { content: 'ho' } }");
  });
  EXPECT_FALSE(checked.ok);
  EXPECT_THAT(checked.text, HasSubstr("expected output \"hi\\n\" but got \"ho\""));
  EXPECT_THAT(checked.text, HasSubstr("expected NONZERO EXIT but got OK"));
  EXPECT_THAT(checked.text, HasSubstr("0 passed, 3 failed\n"));
}

v1::RuntimeCatalog WithVariant(const std::string& needs) {
  v1::RuntimeCatalog catalog = Catalog();
  v1::Runtime& runtime = *catalog.mutable_runtimes(0);
  v1::Runtime::Variant& variant = *runtime.add_variants();
  variant.set_name("fast");
  variant.set_description("Here, but fast");
  variant.add_needs(needs);
  variant.add_packages("here-fast");
  v1::Runtime::Probe& probe = *runtime.add_probes();
  probe.set_name("quick");
  probe.set_source("s");
  probe.set_variant("fast");
  probe.set_expected_stdout("hi\n");
  probe.set_expected_summary("in no time");
  return catalog;
}

TEST(LangsTest, AVariantIsListedWithWhatBringsIt) {
  const v1::RuntimeCatalog there = WithVariant("/usr/bin/env");
  EXPECT_THAT(LangsTable(there, {}, false, Answer), HasSubstr("Here, but fast  installed\n"));
  const v1::RuntimeCatalog missing = WithVariant("/usr/bin/no-such-thing");
  EXPECT_THAT(LangsTable(missing, {}, false, Answer),
              HasSubstr("not installed: no /usr/bin/no-such-thing; as root: apt-get install here-fast\n"));
}

TEST(LangsTest, AVariantsProbesRunAsThatWhereItIsInstalled) {
  const auto answer = [](const v1::JobSpec& job) {
    v1::ResultRecord record = Answer(job);
    if (job.variant() == "fast") record.set_summary("Finished in no time.");
    return record;
  };
  const Checked there = Check(WithVariant("/usr/bin/env"), {"here"}, answer);
  EXPECT_TRUE(there.ok) << there.text;
  EXPECT_THAT(there.text, HasSubstr("4 passed, 0 failed\n"));
  const Checked slow = Check(WithVariant("/usr/bin/env"), {"here"}, Answer);
  EXPECT_THAT(slow.text, HasSubstr("expected a summary with \"in no time\""));
  const Checked missing = Check(WithVariant("/usr/bin/no-such-thing"), {"here"}, answer);
  EXPECT_TRUE(missing.ok) << missing.text;
  EXPECT_THAT(missing.text, HasSubstr("3 passed, 0 failed\n"));
  EXPECT_THAT(missing.text, HasSubstr("left   here.quick  not installed"));
}

TEST(LangsTest, AnotherSignalFails) {
  const v1::RuntimeCatalog catalog = Catalog();
  const Checked checked = Check(catalog, {"here"}, [](const v1::JobSpec& job) {
    if (job.files(0).content() != "u") return Answer(job);
    return Parse<v1::ResultRecord>("verdict: VERDICT_SIGNALED phases { term_signal: 6 }");
  });
  EXPECT_FALSE(checked.ok);
  EXPECT_THAT(checked.text, HasSubstr("expected exit status 139 but got 134"));
}

TEST(LangsTest, ALanguageThatIsNotInstalledFails) {
  const v1::RuntimeCatalog catalog = Catalog();
  EXPECT_FALSE(Check(catalog, {}, Answer).ok);
}

TEST(LangsTest, AnUnknownLanguageIsSuggested) {
  const v1::RuntimeCatalog catalog = Catalog();
  EXPECT_THAT(std::string(PickRuntimes(catalog, {"hree"}).status().message()),
              HasSubstr("did you mean \"here\"?"));
}

}  // namespace
}  // namespace jail::cli
