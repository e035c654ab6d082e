#include "jail/exam/shorten.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jail/base/utf8.h"

namespace jail::exam {
namespace {

const std::string kFlood(size_t{128} << 10, 'x');

void FillRecord(v1::ResultRecord* record) {
  v1::PhaseResult* phase = record->add_phases();
  for (v1::Output* output : {phase->mutable_stdout(), phase->mutable_stderr()}) {
    output->set_content(kFlood);
    output->set_tail(kFlood);
    output->set_total_bytes(static_cast<int64_t>(2 * kFlood.size()));
  }
}

// Everything a submission, a checker or an interactor can fill.
v1::CaseResult Flooded() {
  v1::CaseResult result;
  result.set_summary(kFlood);
  result.mutable_logs()->set_stdout(kFlood);
  result.mutable_logs()->set_stderr(kFlood);
  result.mutable_verification()->add_flags()->set_message(kFlood);
  result.mutable_comparison()->set_message(kFlood);
  result.mutable_comparison()->set_expected(kFlood);
  result.mutable_comparison()->set_actual(kFlood);
  FillRecord(result.mutable_record());
  FillRecord(result.mutable_judge());
  FillRecord(result.add_earlier());
  FillRecord(result.add_earlier());
  result.mutable_call()->set_result_json(absl::StrCat("\"", kFlood, "\""));
  result.mutable_call()->mutable_error()->set_message(kFlood);
  for (int i = 0; i < 100; ++i) result.mutable_call()->add_logs()->set_text(std::string(1000, 'l'));
  return result;
}

TEST(ShortenTest, NothingOfACaseStaysLong) {
  v1::CaseResult result = Flooded();
  ASSERT_GT(result.ByteSizeLong(), size_t{2} << 20);
  Shorten(&result);
  const size_t texts = 8 + 2 * 4;  // Its own, of two streams in each of four records.
  EXPECT_LT(result.ByteSizeLong(), (texts + 1) * (kShortTextBytes + 100));
  EXPECT_EQ(result.comparison().expected().size(), kShortTextBytes);
  EXPECT_EQ(result.verification().flags(0).message().size(), kShortTextBytes);
}

TEST(ShortenTest, AStreamThatWasCutSaysSoInEveryRecord) {
  v1::CaseResult result = Flooded();
  Shorten(&result);
  for (const v1::ResultRecord* record :
       {&result.record(), &result.judge(), &result.earlier(0), &result.earlier(1)}) {
    const v1::Output& output = record->phases(0).stderr();
    EXPECT_EQ(output.content().size(), kShortTextBytes);
    EXPECT_EQ(output.tail(), "");
    EXPECT_TRUE(output.truncated());
    EXPECT_EQ(output.total_bytes(), static_cast<int64_t>(2 * kFlood.size()));
  }
}

TEST(ShortenTest, OfACallTheFirstLinesStayAndNoHalfValue) {
  v1::CaseResult result = Flooded();
  result.mutable_call()->set_logs_dropped(7);
  Shorten(&result);
  EXPECT_EQ(result.call().logs_size(), 4);
  EXPECT_EQ(result.call().logs_dropped(), 7 + 96);
  EXPECT_EQ(result.call().result_json(), "");
}

TEST(ShortenTest, NoCharacterIsCutThrough) {
  v1::CaseResult result;
  std::string text = "x";
  while (text.size() <= kShortTextBytes) text += "\u00e9";
  result.mutable_comparison()->set_actual(text);
  result.mutable_logs()->set_stdout(text);
  Shorten(&result);
  EXPECT_EQ(result.comparison().actual().size(), kShortTextBytes - 1);
  EXPECT_TRUE(IsUtf8(result.comparison().actual()));
  EXPECT_EQ(result.logs().stdout().size(), kShortTextBytes);  // Bytes: they need not be characters.
}

TEST(ShortenTest, WhatIsShortStaysAsItIs) {
  v1::CaseResult result;
  result.set_id("1");
  result.mutable_logs()->set_stdout("out");
  v1::Output* output = result.mutable_record()->add_phases()->mutable_stdout();
  output->set_content("head");
  output->set_tail("tail");
  result.mutable_call()->set_result_json("[1]");
  result.mutable_call()->add_logs()->set_text("line");
  const std::string before = result.SerializeAsString();
  Shorten(&result);
  EXPECT_EQ(result.SerializeAsString(), before);
}

}  // namespace
}  // namespace jail::exam
