#include "jail/base/text.h"

#include <cstdint>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jail {
namespace {

using ::testing::HasSubstr;

struct GoodBytes {
  const char* text;
  int64_t bytes;
};

TEST(ParseBytesTest, ReadsBinaryUnits) {
  constexpr GoodBytes kCases[] = {
      {"0B", 0},         {"512B", 512},        {"64K", 65536},           {"64k", 65536},
      {"256M", 1 << 28}, {"256MiB", 1 << 28},  {"1G", 1 << 30},          {"1.5G", 3 << 29},
      {"0.5K", 512},     {"256 MiB", 1 << 28}, {"1T", int64_t{1} << 40},
  };
  for (const GoodBytes& c : kCases) {
    const auto bytes = ParseBytes(c.text);
    ASSERT_TRUE(bytes.ok()) << c.text << ": " << bytes.status();
    EXPECT_EQ(*bytes, c.bytes) << c.text;
  }
}

struct BadText {
  const char* text;
  const char* because;
};

TEST(ParseBytesTest, SaysWhatIsWrongAndGivesAnExample) {
  constexpr BadText kCases[] = {
      {"256", "\"256\" has no unit (B, K, M or G); write for example 256M or 64K"},
      {"", "is empty"},
      {"M", "does not start with a number"},
      {"-1M", "is negative"},
      {"256MB", "has a decimal unit, but sizes are binary"},
      {"256X", "has the unknown unit \"x\""},
      {"256M ", "has the unknown unit"},
      {"1.M", "has a point without digits after it"},
      {"0.3B", "is not a whole number of the smallest unit"},
      {"1.0000001M", "has too many decimals"},
      {"9999999999T", "is too large"},
      {"99999999999999999999999999999999999999999999M", "is too large"},
      {"1e3M", "has the unknown unit \"e3m\""},
      {"0x10M", "has the unknown unit"},
      {"\x1b[31m", "\"\\033[31m\" does not start with a number"},
  };
  for (const BadText& c : kCases) {
    const auto bytes = ParseBytes(c.text);
    ASSERT_FALSE(bytes.ok()) << c.text;
    EXPECT_THAT(bytes.status().message(), HasSubstr(c.because));
    EXPECT_THAT(bytes.status().message(), HasSubstr("write for example"));
  }
}

TEST(ParseDurationTest, ReadsUnitsExactly) {
  EXPECT_EQ(ParseDuration("2s").value(), absl::Seconds(2));
  EXPECT_EQ(ParseDuration("500ms").value(), absl::Milliseconds(500));
  EXPECT_EQ(ParseDuration("0.1s").value(), absl::Milliseconds(100));
  EXPECT_EQ(ParseDuration("0s").value(), absl::ZeroDuration());
  EXPECT_EQ(ParseDuration("1.5m").value(), absl::Seconds(90));
  EXPECT_EQ(ParseDuration("1h").value(), absl::Hours(1));
}

TEST(ParseDurationTest, RefusesABareNumber) {
  EXPECT_THAT(ParseDuration("2").status().message(),
              HasSubstr("\"2\" has no unit (ms, s, m or h); write for example 2s or 500ms"));
  EXPECT_THAT(ParseDuration("2 sec").status().message(), HasSubstr("unknown unit \"sec\""));
}

TEST(ParseMillicoresTest, ReadsCores) {
  EXPECT_EQ(ParseMillicores("0.5").value(), 500);
  EXPECT_EQ(ParseMillicores("2").value(), 2000);
  EXPECT_EQ(ParseMillicores("0.001").value(), 1);
  EXPECT_THAT(ParseMillicores("0.0001").status().message(), HasSubstr("not a whole number"));
  EXPECT_THAT(ParseMillicores("2 cores").status().message(), HasSubstr("not a number of cores"));
  EXPECT_THAT(ParseMillicores("9999999").status().message(), HasSubstr("too large"));
}

TEST(ParseCountTest, ReadsPlainNumbers) {
  EXPECT_EQ(ParseCount("50").value(), 50);
  EXPECT_THAT(ParseCount("50k").status().message(), HasSubstr("not a plain number"));
  EXPECT_THAT(ParseCount("1.5").status().message(), HasSubstr("not a whole number"));
}

TEST(FormatTest, BytesForPeople) {
  EXPECT_EQ(FormatBytes(0), "0 bytes");
  EXPECT_EQ(FormatBytes(1), "1 byte");
  EXPECT_EQ(FormatBytes(1023), "1023 bytes");
  EXPECT_EQ(FormatBytes(256 << 20), "256 MiB");
  EXPECT_EQ(FormatBytes(3 << 29), "1.5 GiB");
  EXPECT_EQ(FormatBytes(50000), "48.83 KiB");
  EXPECT_EQ(FormatBytes(int64_t{8} << 30), "8 GiB");
}

TEST(FormatTest, DurationsForPeople) {
  EXPECT_EQ(FormatElapsed(absl::Seconds(2)), "2.00 s");
  EXPECT_EQ(FormatElapsed(absl::Microseconds(15340)), "15.3 ms");
  EXPECT_EQ(FormatElapsed(absl::Microseconds(742)), "742 us");
  EXPECT_EQ(FormatElapsed(absl::Milliseconds(999)), "999 ms");
  EXPECT_EQ(FormatElapsed(absl::Seconds(125)), "2 min 5 s");
  EXPECT_EQ(FormatElapsed(absl::Seconds(-2)), "-2.00 s");
}

TEST(FormatTest, LimitsExactly) {
  EXPECT_EQ(FormatLimit(absl::Seconds(2)), "2 s");
  EXPECT_EQ(FormatLimit(absl::Milliseconds(1500)), "1.5 s");
  EXPECT_EQ(FormatLimit(absl::Milliseconds(500)), "500 ms");
  EXPECT_EQ(FormatLimit(absl::Seconds(100)), "100 s");
  EXPECT_EQ(FormatLimit(absl::ZeroDuration()), "0 s");
  EXPECT_EQ(FormatMillicores(500), "0.5 cores");
  EXPECT_EQ(FormatMillicores(1000), "1 core");
}

TEST(QuotedTest, EscapesControlCharactersAndCutsLongText) {
  EXPECT_EQ(Quoted("a\n\x1b"), "\"a\\n\\033\"");
  EXPECT_EQ(Quoted(std::string(200, 'x')), "\"" + std::string(80, 'x') + "...\"");
}

TEST(NearestNameTest, FindsWhatWasMeant) {
  const absl::string_view kNames[] = {"python", "javascript", "c", "cpp", "c++"};
  EXPECT_EQ(NearestName("pyhton", kNames), "python");
  EXPECT_EQ(NearestName("Python3", kNames), "python");
  EXPECT_EQ(NearestName("javascrip", kNames), "javascript");
  EXPECT_EQ(NearestName("cxpp", kNames), "cpp");
  EXPECT_EQ(NearestName("haskell", kNames), "");
  EXPECT_EQ(NearestName("", kNames), "");
  EXPECT_EQ(NearestName(std::string(10000, 'p'), kNames), "");
}

TEST(NearestNameTest, SpeaksLikeAPerson) {
  EXPECT_EQ(DidYouMean("pyton", {"python"}), ", did you mean \"python\"?");
  EXPECT_EQ(DidYouMean("zzz", {"python"}), "");
}

}  // namespace
}  // namespace jail
