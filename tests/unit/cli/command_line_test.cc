#include "tools/jailrun/command_line.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/jailrun/flags.h"
#include "tools/jailrun/help.h"

namespace jail::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

using Words = std::vector<absl::string_view>;

CommandLine Parsed(const Words& words) {
  absl::StatusOr<CommandLine> line = ParseCommandLine(words);
  EXPECT_TRUE(line.ok()) << line.status();
  return line.ok() ? *line : CommandLine();
}

std::string Error(const Words& words) {
  const absl::StatusOr<CommandLine> line = ParseCommandLine(words);
  EXPECT_FALSE(line.ok());
  return std::string(line.status().message());
}

TEST(CommandLineTest, TheWordRunMayBeLeftOut) {
  for (const Words& words : {Words{"run", "x.py"}, Words{"x.py"}}) {
    const CommandLine line = Parsed(words);
    EXPECT_EQ(line.command, Command::kRun);
    EXPECT_THAT(line.operands, ElementsAre("x.py"));
  }
}

TEST(CommandLineTest, FlagsMayStandBeforeAndAfterTheFile) {
  const CommandLine line = Parsed({"--lang", "python", "x.py", "--time", "2s", "-v"});
  EXPECT_EQ(line.language, "python");
  EXPECT_EQ(line.limits.cpu_time_ms(), 2000);
  EXPECT_TRUE(line.verbose);
}

TEST(CommandLineTest, ACompilersLimitsAreItsOwn) {
  const CommandLine line =
      Parsed({"--compile-time", "20s", "--compile-memory", "1G", "--time", "2s", "x.cpp"});
  EXPECT_EQ(line.limits.cpu_time_ms(), 2000);
  EXPECT_FALSE(line.limits.has_memory_bytes());
  EXPECT_EQ(line.compile_limits.cpu_time_ms(), 20'000);
  EXPECT_EQ(line.compile_limits.memory_bytes(), 1 << 30);
}

TEST(CommandLineTest, RatesGraceAndCpusAreLimits) {
  const CommandLine line = Parsed({"--grace", "500ms", "--cpuset", "0-1,3", "--io-read-rate", "10M",
                                   "--io-write-rate=64K", "exec", "--", "ls"});
  EXPECT_EQ(line.limits.grace_ms(), 500);
  EXPECT_EQ(line.limits.cpu_set(), "0-1,3");
  EXPECT_EQ(line.limits.io_read_bytes_per_second(), 10 << 20);
  EXPECT_EQ(line.limits.io_write_bytes_per_second(), 64 << 10);
  EXPECT_THAT(Error({"--io-read-rate", "10", "x.py"}), HasSubstr("--io-read-rate"));
}

TEST(CommandLineTest, FlagsMayStandBeforeTheCommand) {
  const CommandLine line = Parsed({"-v", "--time", "1s", "exec", "--wall=2s", "--", "ls"});
  EXPECT_EQ(line.command, Command::kExec);
  EXPECT_EQ(line.limits.cpu_time_ms(), 1000);
  EXPECT_EQ(line.limits.wall_time_ms(), 2000);
}

TEST(CommandLineTest, TheCommandIsFoundBehindValuesAndClusters) {
  for (const std::vector<absl::string_view>& words :
       {std::vector<absl::string_view>{"--record", "r.pb", "exec", "--", "ls"},
        {"--record=r.pb", "exec", "--", "ls"},
        {"-vm", "64M", "exec", "--", "ls"},
        {"-m64M", "exec", "--", "ls"}}) {
    EXPECT_EQ(Parsed(words).command, Command::kExec) << words[0];
  }
  EXPECT_THAT(Error({"--json", "r.json", "exec", "--", "ls"}), HasSubstr("--json=FILE"));
  EXPECT_THAT(Error({"x.py", "y"}), HasSubstr("come after --"));
}

TEST(CommandLineTest, AFlagsValueOrAnOperandIsNotTheCommand) {
  EXPECT_EQ(Parsed({"--lang", "exec", "x.py"}).command, Command::kRun);
  EXPECT_EQ(Parsed({"./exec"}).command, Command::kRun);
  EXPECT_EQ(Parsed({"run", "exec"}).command, Command::kRun);
}

TEST(CommandLineTest, EverythingAfterTwoDashesIsTheProgramsOwn) {
  EXPECT_THAT(Parsed({"x.py", "--", "--time", "-v", "--", ""}).words, ElementsAre("--time", "-v", "--", ""));
}

TEST(CommandLineTest, ACompiledProgramHasAPlaceAndStandsForASource) {
  const CommandLine compile =
      Parsed({"compile", "--lang", "c", "x.c", "-o", "x.program", "--compile-time", "1s"});
  EXPECT_EQ(compile.command, Command::kCompile);
  EXPECT_EQ(compile.compiled.path, "x.program");
  EXPECT_EQ(Parsed({"run", "--artifact", "x.program", "--", "one"}).compiled_path, "x.program");
  EXPECT_EQ(Error({"compile", "x.c"}), "say where the compiled program goes: -o FILE");
  EXPECT_EQ(Error({"compile", "x.c", "y.c", "-o", "z"}), "unexpected \"y.c\"; more files come by --file");
  EXPECT_EQ(Error({"compile", "x.c", "-o", "z", "--", "one"}), "nothing comes after -- here");
  EXPECT_EQ(Error({"run"}), "no program: give a FILE, or - for standard input");
  EXPECT_EQ(Error({"run", "--artifact", "x", "y.c"}),
            "--artifact is a program already: what is \"y.c\" for?");
  EXPECT_EQ(Error({"compile", "x.c", "-o", "z", "--time", "1s"}),
            "--time is not for this command; see jailrun --help");
}

TEST(CommandLineTest, RenderIsAVariantAndItsPicture) {
  const CommandLine line = Parsed({"--render", "page.html"});
  EXPECT_EQ(line.variant, "render");
  EXPECT_EQ(Parsed({"--no-check", "x.ts"}).variant, "no-check");
  EXPECT_THAT(line.get_globs, testing::ElementsAre("page.png"));
}

TEST(CommandLineTest, ExecTakesItsCommandAfterTwoDashes) {
  const CommandLine line = Parsed({"exec", "--wall", "1s", "--", "ls", "-l"});
  EXPECT_EQ(line.command, Command::kExec);
  EXPECT_THAT(line.words, ElementsAre("ls", "-l"));
  EXPECT_THAT(Error({"exec", "ls"}), HasSubstr("after --"));
  EXPECT_THAT(Error({"exec"}), HasSubstr("no command"));
}

TEST(CommandLineTest, EveryLimitReachesItsField) {
  const CommandLine line =
      Parsed({"x.py", "--time",   "2s", "--wall",  "5s",       "--memory", "256M", "--pids",
              "50",   "--output", "1M", "--disk",  "64M,4096", "--cpus",   "0.5",  "--fsize",
              "16M",  "--nofile", "64", "--stack", "8M",       "--source", "100K"});
  const v1::Limits& limits = line.limits;
  EXPECT_EQ(limits.cpu_time_ms(), 2000);
  EXPECT_EQ(limits.wall_time_ms(), 5000);
  EXPECT_EQ(limits.memory_bytes(), 256 << 20);
  EXPECT_EQ(limits.processes(), 50);
  EXPECT_EQ(limits.output_bytes(), 1 << 20);
  EXPECT_EQ(limits.disk_bytes(), 64 << 20);
  EXPECT_EQ(limits.disk_inodes(), 4096);
  EXPECT_EQ(limits.cpu_millicores(), 500);
  EXPECT_EQ(limits.file_bytes(), 16 << 20);
  EXPECT_EQ(limits.open_files(), 64);
  EXPECT_EQ(limits.stack_bytes(), 8 << 20);
  EXPECT_EQ(limits.source_bytes(), 100 << 10);
}

TEST(CommandLineTest, AnUnsetLimitStaysUnsetAndZeroIsZero) {
  EXPECT_FALSE(Parsed({"x.py"}).limits.has_cpu_time_ms());
  const CommandLine line = Parsed({"x.py", "--output", "0B", "--disk", "1M"});
  EXPECT_TRUE(line.limits.has_output_bytes());
  EXPECT_EQ(line.limits.output_bytes(), 0);
  EXPECT_FALSE(line.limits.has_disk_inodes());
}

TEST(CommandLineTest, TimesAndSizesNeedUnits) {
  for (const char* flag :
       {"--time", "--wall", "--memory", "--output", "--disk", "--fsize", "--stack", "--source"}) {
    EXPECT_THAT(Error({"x.py", flag, "2"}), HasSubstr("has no unit")) << flag;
  }
}

TEST(CommandLineTest, ATimeFinerThanAMillisecondIsRefused) {
  EXPECT_THAT(Error({"x.py", "--time", "1500us"}), HasSubstr("finer than a millisecond"));
}

TEST(CommandLineTest, AnUnknownFlagNamesTheNearestOneOfItsCommand) {
  EXPECT_THAT(Error({"x.py", "--tiem", "2s"}), HasSubstr("did you mean \"--time\"?"));
  EXPECT_THAT(Error({"x.py", "--memroy=1G"}), HasSubstr("did you mean \"--memory\"?"));
  EXPECT_THAT(Error({"langs", "--chekc"}), HasSubstr("did you mean \"--check\"?"));
}

TEST(CommandLineTest, AFlagOfAnotherCommandIsCalledThat) {
  EXPECT_THAT(Error({"x.py", "--check"}), HasSubstr("--check is not for this command"));
}

TEST(CommandLineTest, AnUnknownValueNamesTheNearestOne) {
  EXPECT_THAT(Error({"x.py", "--on-overflow", "edn"}), HasSubstr("did you mean \"end\"?"));
  EXPECT_THAT(Error({"x.py", "--require", "landlok"}), HasSubstr("did you mean \"landlock\"?"));
}

TEST(CommandLineTest, AFlagGivenTwiceIsRefusedUnlessItRepeats) {
  EXPECT_THAT(Error({"x.py", "--time", "1s", "--time", "2s"}), HasSubstr("--time is given 2 times"));
  EXPECT_THAT(Parsed({"x.py", "--require", "landlock", "--require=memory-cgroup"}).required_protections,
              ElementsAre(v1::PROTECTION_LANDLOCK, v1::PROTECTION_MEMORY_CGROUP));
  EXPECT_THAT(Parsed({"x.py", "--get", "a", "--get", "b"}).get_globs, ElementsAre("a", "b"));
}

TEST(CommandLineTest, ARepeatedFlagTakesOneWordOnly) {
  const CommandLine line = Parsed({"--get", "a", "x.py", "--env", "A=1"});
  EXPECT_THAT(line.get_globs, ElementsAre("a"));
  EXPECT_THAT(line.operands, ElementsAre("x.py"));
}

TEST(CommandLineTest, AMissingOrEmptyValueIsRefused) {
  EXPECT_THAT(Error({"x.py", "--time"}), HasSubstr("needs a value"));
  EXPECT_THAT(Error({"--stdin=", "x.py"}), HasSubstr("empty value"));
  EXPECT_THAT(Error({"x.py", "--verbose=3"}), HasSubstr("takes no value"));
}

TEST(CommandLineTest, BracketsInAValueAreNotAList) {
  EXPECT_THAT(Parsed({"x.py", "--get", "[a,b]", "--lang=[c]"}).get_globs, ElementsAre("[a,b]"));
}

TEST(CommandLineTest, ArgumentsWithoutDashesAreExplained) {
  EXPECT_THAT(Error({"x.py", "one"}), HasSubstr("arguments of the program come after --"));
}

TEST(CommandLineTest, FilesAreNamedBySourceAndDestination) {
  const CommandLine line = Parsed({"x.py", "--file", "../d/a.txt", "--file", "b:c/d", "--file=x:y:z"});
  ASSERT_EQ(line.files.size(), 3U);
  EXPECT_EQ(line.files[0].source, "../d/a.txt");
  EXPECT_EQ(line.files[0].destination, "a.txt");
  EXPECT_EQ(line.files[1].source, "b");
  EXPECT_EQ(line.files[1].destination, "c/d");
  EXPECT_EQ(line.files[2].source, "x:y");
  EXPECT_EQ(line.files[2].destination, "z");
  for (const char* bad : {"a:", ":b", "", "dir/"}) Error({"x.py", "--file", bad});
}

TEST(CommandLineTest, VariablesNeedANameAndMayBeEmpty) {
  EXPECT_THAT(Parsed({"x.py", "--env", "A=b=c", "--env", "E="}).env,
              ElementsAre(Pair("A", "b=c"), Pair("E", "")));
  EXPECT_THAT(Error({"x.py", "--env", "HOME"}), HasSubstr("NAME=VALUE"));
  EXPECT_THAT(Error({"x.py", "--env", "=x"}), HasSubstr("NAME=VALUE"));
}

TEST(CommandLineTest, JsonAloneMeansStdoutAndNeverTakesTheNextWord) {
  const CommandLine line = Parsed({"--json", "x.py"});
  EXPECT_EQ(line.json.kind, Destination::Kind::kStdout);
  EXPECT_THAT(line.operands, ElementsAre("x.py"));
}

TEST(CommandLineTest, DestinationsAreFilesOrDescriptors) {
  const CommandLine line = Parsed({"x.py", "--json=out.json", "--record", "fd:7"});
  EXPECT_EQ(line.json.kind, Destination::Kind::kFile);
  EXPECT_EQ(line.json.path, "out.json");
  EXPECT_EQ(line.record.kind, Destination::Kind::kDescriptor);
  EXPECT_EQ(line.record.fd, 7);
}

TEST(CommandLineTest, TheStandardStreamsAreNoPlaceForARecord) {
  for (const char* bad : {"fd:0", "fd:1", "fd:2", "fd:-1", "fd:", "fd:3x", "fd:99999999999", "-"}) {
    Error({"x.py", "--record", bad});
  }
}

TEST(CommandLineTest, RecordAndJsonNeedDifferentPlaces) {
  EXPECT_THAT(Error({"x.py", "--record", "a", "--json=a"}), HasSubstr("same place"));
}

TEST(CommandLineTest, BrokenUtf8IsRefusedByPosition) {
  EXPECT_THAT(Error({"x.py", "--", "a", "\xff"}), HasSubstr("word 4"));
}

TEST(CommandLineTest, AMistypedCommandIsSuggested) {
  EXPECT_THAT(DidYouMeanCommand("explian"), HasSubstr("\"explain\""));
  EXPECT_THAT(DidYouMeanCommand("hello.py"), IsEmpty());
}

TEST(CommandLineTest, VersionIsACommandUnderBothNames) {
  EXPECT_EQ(Parsed({"version"}).command, Command::kVersion);
  EXPECT_EQ(Parsed({"--version"}).command, Command::kVersion);
  EXPECT_EQ(Parsed({"sweep", "--json"}).command, Command::kSweep);
}

TEST(CommandLineTest, VerifyAndKeygenTakeOneFile) {
  const CommandLine line = Parsed({"verify", "exam.log", "--key", "site.pub", "--result", "r.pb", "--json"});
  EXPECT_EQ(line.command, Command::kVerify);
  EXPECT_THAT(line.operands, ElementsAre("exam.log"));
  EXPECT_EQ(line.verify.key_path, "site.pub");
  EXPECT_EQ(line.verify.result_path, "r.pb");
  EXPECT_TRUE(line.json.wanted());
  EXPECT_EQ(Parsed({"keygen", "site"}).command, Command::kKeygen);
  EXPECT_THAT(Error({"verify"}), HasSubstr("no log"));
  EXPECT_THAT(Error({"keygen"}), HasSubstr("where the key goes"));
  EXPECT_THAT(Error({"keygen", "site", "--key", "x"}), HasSubstr("not for this command"));
}

TEST(CommandLineTest, HelpIsGivenEvenWhenTheRestIsMissing) {
  EXPECT_TRUE(Parsed({"--help"}).help);
  EXPECT_TRUE(Parsed({"exec", "-h"}).help);
  EXPECT_EQ(Parsed({"exec", "-h"}).command, Command::kExec);
}

TEST(HelpTest, NamesEveryCommandAndEveryFlag) {
  std::string all = HelpText(Command::kRun);
  for (const CommandName& row : CommandNames()) {
    EXPECT_THAT(all, HasSubstr(std::string(row.name)));
    all += HelpText(row.command);
  }
  for (const Flag& flag : Flags()) EXPECT_THAT(all, HasSubstr(std::string(flag.LongName())));
}

TEST(HelpTest, FitsATerminal) {
  const std::string text = HelpText(Command::kRun);
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    EXPECT_LE(end - at, 103U) << text.substr(at, end - at);
    at = end + 1;
  }
}

}  // namespace
}  // namespace jail::cli
