#include "jail/exam/log/verify.h"

#include <algorithm>
#include <functional>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/exam/sample_log.h"

namespace jail::exam {
namespace {

using testing::HasSubstr;
using Lines = std::vector<std::string>;

// Every byte, but where a sanitizer makes each look a hundred times slower.
#ifdef __SANITIZE_ADDRESS__
constexpr size_t kStride = 13;
constexpr int kManyLines = 5'000;
#else
constexpr size_t kStride = 1;
constexpr int kManyLines = 50'000;
#endif

std::string Said(const Report& report) {
  std::string text;
  for (const Finding& finding : report.findings)
    absl::StrAppend(&text, "line ", finding.line, ", entry ", finding.entry, ": ", finding.message, "\n");
  return text;
}

bool NamesLine(const Report& report, int64_t line) {
  return std::any_of(report.findings.begin(), report.findings.end(),
                     [line](const Finding& finding) { return finding.line == line; });
}

int64_t LineAt(const std::string& text, size_t at) {
  return 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
}

class VerifyTest : public testing::Test {
 protected:
  Report Check(const std::string& text) const {
    const PublicKey key = key_.Public();
    return Verify(text, &key, nullptr);
  }
  Report Check(const Lines& lines) const { return Check(TextOf(lines)); }
  // Without a key: there the chain alone must tell.
  Report CheckUnsigned(const Lines& lines) const { return Verify(TextOf(lines), nullptr, nullptr); }

  // Entry n stands on line n + 2.
  std::string SaidOfBoth(const std::function<void(Lines*)>& tamper) const {
    Lines with_key = LinesOf(exam_.Text(&key_)), without = LinesOf(exam_.Text(nullptr));
    tamper(&with_key);
    tamper(&without);
    const Report one = Check(with_key), other = CheckUnsigned(without);
    EXPECT_FALSE(one.ok());
    EXPECT_FALSE(other.ok());
    return absl::StrCat(Said(one), "unsigned:\n", Said(other));
  }

  // An attacker who knows the format and not the key: every hash fits, and the seal is the old one.
  static Lines Rechained(Lines lines) {
    std::string hash = FirstHash();
    for (size_t i = 1; i + 1 < lines.size(); ++i) {
      const std::string json = lines[i].substr(65);
      hash = NextHash(hash, json);
      lines[i] = EntryLine(hash, json);
    }
    return lines;
  }

  // What is said of a log that the key's owner has signed with other events in it.
  std::string SaidOf(const std::function<void(std::vector<v1::ExamEvent>*)>& change) const {
    SampleExam exam;
    change(&exam.events);
    const Report report = Check(exam.Text(&key_));
    EXPECT_FALSE(report.ok());
    return Said(report);
  }

  const SecretKey key_ = SecretKey::Generate().value();
  const SampleExam exam_;
  const std::string good_ = exam_.Text(&key_);
};

TEST_F(VerifyTest, AGoodLogIsGood) {
  const Report report = Check(good_);
  EXPECT_TRUE(report.ok()) << Said(report);
  EXPECT_EQ(report.entries, static_cast<int64_t>(exam_.events.size()));
  EXPECT_EQ(report.cases, 3);
  EXPECT_EQ(report.key, key_.Public().Hex());
  EXPECT_TRUE(report.key_is_known);
}

TEST_F(VerifyTest, WithoutAKeyTheSignatureIsCheckedAndItsKeyNotKnown) {
  const Report report = Verify(good_, nullptr, nullptr);
  EXPECT_TRUE(report.ok()) << Said(report);
  EXPECT_EQ(report.key, key_.Public().Hex());
  EXPECT_FALSE(report.key_is_known);
}

TEST_F(VerifyTest, AnUnsignedLogIsGoodUntilAKeyIsAskedFor) {
  const std::string text = exam_.Text(nullptr);
  EXPECT_TRUE(Verify(text, nullptr, nullptr).ok());
  EXPECT_TRUE(Verify(text, nullptr, nullptr).key.empty());
  EXPECT_THAT(Said(Check(text)), HasSubstr("is not signed"));
}

TEST_F(VerifyTest, AnotherKeyIsNamed) {
  const SecretKey other = SecretKey::Generate().value();
  const Report report = Check(exam_.Text(&other));
  EXPECT_THAT(Said(report), HasSubstr("another key, " + other.Public().Hex()));
  EXPECT_EQ(report.findings.size(), 1u) << Said(report);
  EXPECT_FALSE(report.key_is_known);
}

TEST_F(VerifyTest, EveryFlippedBitIsFoundOnItsLine) {
  const std::string good = SampleExam(SampleExam::Size::kSmall).Text(&key_);
  ASSERT_TRUE(Check(good).ok());
  for (size_t at = 0; at < good.size(); at += kStride) {
    const int64_t line = LineAt(good, at);
    for (const int bit : {0, 5, 7}) {  // Another digit, another case, no ASCII.
      std::string text = good;
      text[at] = static_cast<char>(text[at] ^ (1 << bit));
      const Report report = Check(text);
      ASSERT_TRUE(NamesLine(report, line)) << "byte " << at << ", bit " << bit << "\n" << Said(report);
    }
  }
}

TEST_F(VerifyTest, EveryChangedByteOfAnUnsignedLogIsFoundOnItsLine) {
  const std::string good = exam_.Text(nullptr);
  for (size_t at = 0; at < good.size(); at += kStride) {
    const int64_t line = LineAt(good, at);
    std::string text = good;
    text[at] = static_cast<char>(text[at] ^ 1);
    const Report report = Verify(text, nullptr, nullptr);
    ASSERT_TRUE(NamesLine(report, line)) << "byte " << at << ", line " << line << "\n" << Said(report);
  }
}

TEST_F(VerifyTest, AFlippedBitOfAnEntryIsOneFinding) {
  const Lines lines = LinesOf(good_);
  for (size_t i = 1; i + 1 < lines.size(); ++i) {
    for (const size_t at : {size_t{3}, lines[i].size() - 4}) {
      Lines changed = lines;
      changed[i][at] = changed[i][at] == '1' ? '2' : '1';
      const Report report = Check(changed);
      EXPECT_EQ(report.findings.size(), 1u) << Said(report);
      EXPECT_EQ(report.findings[0].entry, static_cast<int64_t>(i) - 1);
      EXPECT_THAT(Said(report), HasSubstr(absl::StrCat("entry ", i - 1)));
    }
  }
}

TEST_F(VerifyTest, EveryDroppedEntryIsNamed) {
  for (size_t entry = 0; entry < exam_.events.size(); ++entry) {
    const std::string said =
        SaidOfBoth([entry](Lines* lines) { lines->erase(lines->begin() + static_cast<int>(entry) + 1); });
    const std::string wanted = absl::StrCat("entry ", entry, " is missing");
    EXPECT_TRUE(absl::StrContains(said.substr(said.find("unsigned:")), wanted)) << said;
    EXPECT_THAT(said, HasSubstr(wanted));
  }
  EXPECT_THAT(SaidOfBoth([](Lines* lines) { lines->erase(lines->begin() + 6); }),
              HasSubstr("entry 5 is missing: 6 follows 4"));
  EXPECT_THAT(SaidOfBoth([](Lines* lines) { lines->erase(lines->begin() + 6, lines->begin() + 9); }),
              HasSubstr("entries 5 to 7 are missing: 8 follows 4"));
  EXPECT_THAT(SaidOfBoth([](Lines* lines) { lines->erase(lines->begin()); }),
              HasSubstr("the first line is not"));
}

TEST_F(VerifyTest, EverySwappedPairIsNamed) {
  for (size_t entry = 0; entry + 1 < exam_.events.size(); ++entry) {
    const std::string said =
        SaidOfBoth([entry](Lines* lines) { std::swap((*lines)[entry + 1], (*lines)[entry + 2]); });
    const std::string wanted = absl::StrCat("entry ", entry, " stands after ", entry + 1);
    EXPECT_EQ(said, absl::StrCat("line ", entry + 3, ", entry ", entry, ": ", wanted, "\n",
                                 "unsigned:\nline ", entry + 3, ", entry ", entry, ": ", wanted, "\n"));
  }
  EXPECT_THAT(SaidOfBoth([](Lines* lines) { std::swap((*lines)[0], (*lines)[1]); }), HasSubstr("line 1,"));
  EXPECT_THAT(SaidOfBoth([](Lines* lines) { std::swap(lines->back(), (*lines)[lines->size() - 2]); }),
              HasSubstr("stands after the seal"));
}

TEST_F(VerifyTest, AMovedEntryIsNamed) {
  EXPECT_THAT(SaidOfBoth([](Lines* lines) {
                std::rotate(lines->begin() + 3, lines->begin() + 4, lines->begin() + 8);
              }),
              HasSubstr("line 8, entry 2: entry 2 stands after 6"));
}

TEST_F(VerifyTest, EveryDuplicateIsNamed) {
  for (size_t entry = 0; entry < exam_.events.size(); ++entry) {
    const std::string said = SaidOfBoth([entry](Lines* lines) {
      lines->insert(lines->begin() + static_cast<int>(entry) + 1, std::string((*lines)[entry + 1]));
    });
    EXPECT_THAT(said, HasSubstr(absl::StrCat("line ", entry + 3, ", entry ", entry, ": entry ", entry,
                                             " stands here again: it is on line ", entry + 2)));
  }
  EXPECT_THAT(SaidOfBoth([](Lines* lines) { lines->push_back(std::string(lines->back())); }),
              HasSubstr("stands after the seal"));
}

TEST_F(VerifyTest, EveryAddedLineIsNamed) {
  v1::ExamEvent forged = exam_.events[4];
  forged.set_bytes(1'000);
  const std::string json = EventJson(forged, false);
  for (size_t entry = 0; entry < exam_.events.size(); ++entry) {
    const auto add = [&json, entry](Lines* lines, const std::string& hash) {
      lines->insert(lines->begin() + static_cast<int>(entry) + 2, EntryLine(hash, json));
    };
    const std::string line = absl::StrCat("line ", entry + 3, ", ");
    const std::string garbage = SaidOfBoth([&add](Lines* lines) { add(lines, std::string(32, 'x')); });
    EXPECT_THAT(garbage,
                HasSubstr(absl::StrCat(line, "entry ", entry, ": a line was added after entry ", entry)));
    const std::string fits = SaidOfBoth([&](Lines* lines) {
      const std::string before = absl::HexStringToBytes(ParseEntryLine((*lines)[entry + 1])->hash);
      add(lines, NextHash(before, json));
    });
    const bool last = entry + 1 == exam_.events.size();  // Nothing stands behind it that fits the one before.
    const std::string wanted = last ? absl::StrCat("what comes after entry ", entry, " was added")
                                    : absl::StrCat(line, "entry ", entry, ": a line was added");
    EXPECT_THAT(fits, HasSubstr(wanted));
  }
  EXPECT_THAT(SaidOfBoth([](Lines* lines) { lines->insert(lines->begin() + 4, "garbage"); }),
              HasSubstr("line 5, entry 3: the line is no entry"));
}

TEST_F(VerifyTest, ALogThatWasCutSaysWhere) {
  const Lines lines = LinesOf(good_);
  for (size_t count = 2; count < lines.size(); ++count) {
    const Report report = Check(Lines(lines.begin(), lines.begin() + static_cast<int>(count)));
    EXPECT_EQ(report.findings.size(), 1u) << Said(report);
    EXPECT_THAT(Said(report),
                HasSubstr(absl::StrCat("the log has no end: it was cut after entry ", count - 2)));
  }
  EXPECT_THAT(Said(Check(lines[0] + "\n")), HasSubstr("it was cut after its first line"));
  EXPECT_THAT(Said(Check(std::string())), HasSubstr("the log is empty"));
}

TEST_F(VerifyTest, EveryLengthButTheWholeIsFound) {
  for (size_t size = 0; size < good_.size(); size += kStride)
    EXPECT_FALSE(Check(good_.substr(0, size)).ok()) << size;
}

TEST_F(VerifyTest, WhoHasNoKeyCannotChangeAnEntry) {
  const Lines lines = LinesOf(good_);
  for (size_t i = 1; i + 1 < lines.size(); ++i) {
    Lines changed = lines;
    absl::StrReplaceAll({{"2026", "2025"}}, &changed[i]);
    EXPECT_THAT(Said(Check(Rechained(changed))), HasSubstr("the signature does not fit"));
  }
}

TEST_F(VerifyTest, WhoHasNoKeyCannotTakeTheSignatureAway) {
  Lines lines = LinesOf(good_);
  lines.back() = SealLine(static_cast<int64_t>(exam_.events.size()), exam_.Head(), nullptr);
  EXPECT_THAT(Said(Check(lines)), HasSubstr("is not signed"));
}

TEST_F(VerifyTest, OneLogsSealIsNotAnothers) {
  SampleExam other;
  other.events[0].set_version("1.2.4");
  Lines lines = LinesOf(other.Text(&key_));
  lines.back() = LinesOf(good_).back();
  EXPECT_THAT(Said(Check(lines)), HasSubstr("the signature does not fit"));
}

// What the key's owner would not have written: each a change of the events, and what is said of it. Of the
// sample: 2 to 6 are case 1 (started, two pieces, ended, judged), 7 to 10 and 11 to 13 case b's attempts, 14
// its flag.
TEST_F(VerifyTest, EntriesThatContradictEachOtherAreNamed) {
  using Events = std::vector<v1::ExamEvent>;
  struct {
    const char* why;
    std::function<void(Events&)> change;
  } const changes[] = {
      {"entry 3, output: its number is 9", [](Events& e) { e[3].set_sequence(9); }},
      {"its time runs backwards: 1 us after 5000 us", [](Events& e) { e[3].set_at_us(1); }},
      {"is not RFC 3339", [](Events& e) { e[3].set_time("yesterday"); }},
      {"is not RFC 3339", [](Events& e) { e[3].set_time("2026-01-02T03:04:05Z"); }},
      {"is not the exam's start", [](Events& e) { e[3].set_time("2026-01-02T03:04:06.000Z"); }},
      {"the exam has not started", [](Events& e) { e[0].set_kind(v1::ExamEvent::COMPILED); }},
      {"the exam has started already", [](Events& e) { e[1].set_kind(v1::ExamEvent::EXAM_STARTED); }},
      {"the exam has ended already", [](Events& e) { std::swap(e[17], e[18]); }},
      {"exam_ended is missing", [](Events& e) { e.pop_back(); }},
      {"it comes once, before all cases", [](Events& e) { e[3] = e[1]; }},
      {"case \"1\" has not started", [](Events& e) { e[2].set_case_id("x"); }},
      {"case \"1\" has started and not ended", [](Events& e) { std::swap(e[5], e[6]); }},
      {"case \"1\" has ended", [](Events& e) { std::swap(e[4], e[5]); }},
      {"case \"1\" was judged", [](Events& e) { e[15].set_case_id("1"); }},
      {"case \"b\" was judged", [](Events& e) { std::swap(e[15], e[16]); }},
      {"case \"b\" was judged", [](Events& e) { e[17].set_case_id("b"); }},
      {"case \"c\" has not started", [](Events& e) { e[17].set_kind(v1::ExamEvent::CASE_JUDGED); }},
      {"case \"b\" has ended and was not judged", [](Events& e) { e[16] = e[15]; }},
      {"case \"b\" has ended", [](Events& e) { e[11] = e[12]; }},
      {"is at attempt 1, not 2", [](Events& e) { e[8].set_attempt(2); }},
      {"is at attempt 2, not 3", [](Events& e) { e[12].set_attempt(3); }},
      {"it names no case", [](Events& e) { e[6].clear_case_id(); }},
      {"has 6 bytes of stdout so far, and this begins at 5", [](Events& e) { e[4].set_offset(5); }},
      {"has output on no stream", [](Events& e) { e[4].clear_stream(); }},
      {"endless output", [](Events& e) { e[4].set_bytes(INT64_MAX); }},
      {"wrote 11 bytes to stdout, and its pieces have 12", [](Events& e) { e[5].set_stdout_bytes(11); }},
      {"hash of its stdout that is not its pieces'", [](Events& e) { e[8].set_sha256(Sha256Of("x")); }},
      {"hash of its stderr that is not its pieces'",
       [](Events& e) { e[5].set_stderr_sha256(Sha256Of("x")); }},
      {"took 7501 us of the 7500 us since", [](Events& e) { e[5].set_wall_time_us(7'501); }},
      {"of 4 cases, 2 were judged and 1 skipped", [](Events& e) { e[0].set_cases(4); }},
      {"3 cases are said to have passed, and it was 2", [](Events& e) { e[18].set_passed_cases(3); }},
      {"the exam is said to have passed, with 2 of 3", [](Events& e) { e[18].set_passed(true); }},
  };
  for (const auto& [why, change] : changes)
    EXPECT_THAT(SaidOf([&change = change](Events* events) { change(*events); }), HasSubstr(why));
}

TEST_F(VerifyTest, TheResultOfTheSameExamAgrees) {
  const v1::ExamResult result = exam_.Result();
  const Report report = Verify(good_, nullptr, &result);
  EXPECT_TRUE(report.ok()) << Said(report);
}

TEST_F(VerifyTest, AResultThatSaysOtherwiseIsNamed) {
  using Result = v1::ExamResult;
  const auto out = [](Result& r) {
    return r.mutable_cases(0)->mutable_record()->mutable_phases(0)->mutable_stdout();
  };
  struct {
    const char* why;
    std::function<void(Result&)> change;
  } const changes[] = {
      {"case \"1\": its stdout has another hash", [&](Result& r) { out(r)->set_content("hello world!"); }},
      {"case \"1\": its stdout from byte 0 on", [&](Result& r) { out(r)->set_content("Hello world\n"); }},
      {"the hash of its stdout is another", [&](Result& r) { out(r)->set_sha256(Sha256Of("")); }},
      {"it wrote 12 bytes to stdout, not 13", [&](Result& r) { out(r)->set_total_bytes(13); }},
      {"its verdict is VERDICT_OK", [](Result& r) { r.mutable_cases(0)->mutable_record()->clear_verdict(); }},
      {"case \"b\": it has passed", [](Result& r) { r.mutable_cases(1)->set_passed(false); }},
      {"case \"b\": attempt 2 was its last, not 1", [](Result& r) { r.mutable_cases(1)->set_reruns(0); }},
      {"case \"c\": it was skipped", [](Result& r) { r.mutable_cases(2)->set_skipped(false); }},
      {"case \"1\": it was not skipped", [](Result& r) { r.mutable_cases(0)->set_skipped(true); }},
      {"case \"1\": the result does not have it", [](Result& r) { r.mutable_cases(0)->set_id("x"); }},
      {"case \"x\" is not in the log", [](Result& r) { r.mutable_cases(0)->set_id("x"); }},
      {"case \"b\" twice", [](Result& r) { r.mutable_cases(0)->set_id("b"); }},
      {"2 cases have passed, not 3", [](Result& r) { r.set_cases_passed(3); }},
      {"the exam has not passed", [](Result& r) { r.set_passed(true); }},
      {"log_head", [](Result& r) { r.set_log_head(std::string(32, 'x')); }},
  };
  for (const auto& [why, change] : changes) {
    v1::ExamResult result = exam_.Result();
    change(result);
    EXPECT_THAT(Said(Verify(good_, nullptr, &result)), HasSubstr(why));
  }
}

TEST_F(VerifyTest, OfATruncatedOutputTheKeptBytesAreCompared) {
  v1::ExamResult result = exam_.Result();
  v1::Output* out = result.mutable_cases(0)->mutable_record()->mutable_phases(0)->mutable_stdout();
  out->set_truncated(true);
  out->set_content("hello w");
  EXPECT_TRUE(Verify(good_, nullptr, &result).ok());
  out->set_content("Hello w");
  EXPECT_THAT(Said(Verify(good_, nullptr, &result)), HasSubstr("its stdout from byte 0 on"));
}

TEST_F(VerifyTest, OutputBeyondTheLimitHasNoPieces) {
  SampleExam exam;
  exam.events[5].set_stdout_bytes(1'000'000);
  exam.events[5].set_stdout_sha256(Sha256Of("all of it"));
  EXPECT_TRUE(Check(exam.Text(&key_)).ok());
}

TEST_F(VerifyTest, APieceThatIsNotInTheLogIsMissedWhenTheResultHasAllOfTheOutput) {
  SampleExam exam;
  exam.events[4] = exam.events[3];
  exam.events[4].set_sequence(4);
  exam.events[4].set_at_us(10'000);
  exam.events[4].set_time(exam_.events[4].time());
  exam.events[4].set_offset(6);
  exam.events[4].set_bytes(0);
  exam.events[4].set_sha256(Sha256Of(""));
  const v1::ExamResult result = exam.Result();
  EXPECT_TRUE(Check(exam.Text(&key_)).ok()) << "it may have been cut";
  EXPECT_THAT(Said(Verify(exam.Text(&key_), nullptr, &result)), HasSubstr("pieces of it are not in the log"));
}

TEST_F(VerifyTest, NumbersAtTheEndOfTheirTypesAreNumbers) {
  for (const int64_t sequence : {INT64_MAX, INT64_MAX - 1, int64_t{1} << 39}) {
    for (size_t at = 0; at < exam_.events.size(); ++at) {
      SampleExam exam;
      exam.events[at].set_sequence(sequence);
      exam.events[at].set_at_us(sequence);
      exam.events[at].set_attempt(INT32_MAX);
      Lines lines = LinesOf(exam.Text(&key_));
      EXPECT_FALSE(Check(lines).ok());
      std::swap(lines[at + 1], lines[1]);
      EXPECT_FALSE(Check(lines).ok());
      lines[at + 1][0] = lines[at + 1][0] == '1' ? '2' : '1';
      EXPECT_FALSE(Check(lines).ok());
    }
  }
  v1::ExamResult result = exam_.Result();
  result.mutable_cases(0)->set_reruns(INT32_MAX);
  EXPECT_FALSE(Verify(good_, nullptr, &result).ok());
}

TEST_F(VerifyTest, GarbageIsBounded) {
  std::string garbage = "jailrun exam log 1\n";
  for (int i = 0; i < 200'000; ++i) garbage += "x\n";
  const Report report = Check(garbage);
  EXPECT_EQ(report.findings.size(), Findings::kMostFindings);
  EXPECT_GT(report.findings_left_out, 100'000);
}

// In reverse order every line is out of place, and each must cost no more than a search.
TEST_F(VerifyTest, ManyMovedLinesTakeNoQuadraticTime) {
  SampleExam exam;
  const v1::ExamEvent piece = exam.events[3];
  for (int i = 0; i < kManyLines; ++i) {
    exam.events.push_back(piece);
    exam.events.back().set_sequence(static_cast<int64_t>(exam.events.size()) - 1);
  }
  Lines lines = LinesOf(exam.Text(&key_));
  std::reverse(lines.begin() + 1, lines.end() - 1);
  EXPECT_FALSE(Check(lines).ok());
}

}  // namespace
}  // namespace jail::exam
