#include "jail/exam/compare/compare.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "jail/base/text.h"
#include "jail/exam/compare/difference.h"
#include "jail/exam/compare/numbers.h"
#include "jail/exam/compare/pattern.h"

namespace jail::exam {
namespace {

bool IsBlank(char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); }

// One line after the other, in place.
class LineReader {
 public:
  enum class Ends {
    kKept,
    kTrimmed
  };  // Trimmed: blanks at the end of each line and of the text are not there.
  LineReader(absl::string_view text, Ends ends)
      : start_(text.data()),
        rest_(ends == Ends::kKept ? text : absl::StripTrailingAsciiWhitespace(text)),
        ends_(ends) {}

  bool Next() {
    if (rest_.empty()) return false;
    const size_t line_break = rest_.find('\n');
    const size_t size = line_break == rest_.npos ? rest_.size() : line_break + 1;
    item_ = rest_.substr(0, size);
    if (ends_ == Ends::kTrimmed) item_ = absl::StripTrailingAsciiWhitespace(item_);
    rest_.remove_prefix(size);
    ++count_;
    return true;
  }

  absl::string_view item() const { return item_; }
  size_t at() const { return count_ == 0 ? 0 : static_cast<size_t>(item_.data() - start_); }
  int64_t count() const { return count_; }
  std::string Where() const { return absl::StrCat("line ", count_); }

 private:
  const char* start_;
  absl::string_view rest_, item_;
  Ends ends_;
  int64_t count_ = 0;
};

// One word after the other, in place.
class WordReader {
 public:
  explicit WordReader(absl::string_view text) : text_(text) {}

  bool Next() {
    size_t start = next_;
    int64_t line = line_;
    for (; start < text_.size() && IsBlank(text_[start]); ++start) line += text_[start] == '\n' ? 1 : 0;
    if (start == text_.size()) return false;
    next_ = start;
    while (next_ < text_.size() && !IsBlank(text_[next_])) ++next_;
    item_ = text_.substr(start, next_ - start);
    line_ = line;
    ++count_;
    return true;
  }

  absl::string_view item() const { return item_; }
  size_t at() const { return next_ - item_.size(); }
  int64_t count() const { return count_; }
  std::string Where() const { return absl::StrCat("token ", count_, " (line ", line_, ")"); }

 private:
  absl::string_view text_, item_;
  size_t next_ = 0;
  int64_t line_ = 1, count_ = 0;
};

// ": expected \"12\", got \"13\""; when they part late, from a little before that.
std::string Sides(absl::string_view expected, absl::string_view actual) {
  constexpr size_t kLate = 40, kBefore = 20;
  const auto* parting = std::mismatch(expected.begin(), expected.end(), actual.begin(), actual.end()).first;
  const auto alike = static_cast<size_t>(parting - expected.begin());
  const size_t skipped = alike > kLate ? alike - kBefore : 0;
  return absl::StrCat(skipped > 0 ? absl::StrCat(", from byte ", skipped + 1) : "", ": expected ",
                      Quoted(expected.substr(skipped)), ", got ", Quoted(actual.substr(skipped)));
}

// Reads both until they differ or end. What one of them has more is a difference, too.
template <typename Reader, typename Same>
Difference FirstDifference(Reader expected, Reader actual, Same same) {
  while (true) {
    const bool more_expected = expected.Next();
    const bool more_actual = actual.Next();
    if (!more_expected && !more_actual) return {};
    if (more_expected && more_actual && same(expected.item(), actual.item())) continue;
    Difference difference{"", expected.at(), actual.at()};
    if (more_expected && more_actual) {
      difference.message = absl::StrCat(actual.Where(), Sides(expected.item(), actual.item()));
    } else if (more_expected) {
      difference.message =
          absl::StrCat(actual.count() == 0 ? "the output is empty"
                                           : absl::StrCat("the output ends after ", actual.Where()),
                       "; expected ", Quoted(expected.item()));
    } else {
      difference.message =
          absl::StrCat(actual.Where(), ": expected nothing more, got ", Quoted(actual.item()));
    }
    return difference;
  }
}

Difference DifferentLine(absl::string_view expected, absl::string_view actual, LineReader::Ends ends) {
  return FirstDifference(LineReader(expected, ends), LineReader(actual, ends),
                         [](absl::string_view e, absl::string_view a) { return e == a; });
}

Difference DifferentWord(absl::string_view expected, absl::string_view actual) {
  return FirstDifference(WordReader(expected), WordReader(actual),
                         [](absl::string_view e, absl::string_view a) { return e == a; });
}

Difference DifferentNumber(absl::string_view expected, absl::string_view actual, const Tolerance& tolerance) {
  return FirstDifference(
      WordReader(expected), WordReader(actual),
      [&](absl::string_view e, absl::string_view a) { return e == a || SameNumber(e, a, tolerance); });
}

re2::StringPiece Piece(absl::string_view text) { return {text.data(), text.size()}; }

Difference Mismatch(absl::string_view pattern, absl::string_view actual) {
  const RE2 compiled(Piece(pattern), PatternOptions());
  if (!compiled.ok())
    return {absl::StrCat("the pattern is no regular expression: ", Quoted(compiled.error()))};
  if (RE2::FullMatch(Piece(actual), compiled)) return {};
  if (RE2::FullMatch(Piece(absl::StripSuffix(actual, "\n")), compiled)) return {};
  return {absl::StrCat("the output does not match the pattern ", Quoted(pattern), ", got ", Quoted(actual))};
}

Difference Differ(const v1::Checker& checker, absl::string_view expected, absl::string_view actual) {
  switch (checker.kind()) {
    case v1::Checker::EXACT:
      return DifferentLine(expected, actual, LineReader::Ends::kKept);
    case v1::Checker::KIND_UNSPECIFIED:
    case v1::Checker::LINES:
      return DifferentLine(expected, actual, LineReader::Ends::kTrimmed);
    case v1::Checker::TOKENS:
      return DifferentWord(expected, actual);
    case v1::Checker::FLOAT:
      return DifferentNumber(expected, actual, ToleranceOf(checker));
    case v1::Checker::REGEX:
      return Mismatch(expected, actual);
    default:
      return {"the checker is none that compares texts"};
  }
}

}  // namespace

v1::Comparison Compare(const v1::Checker& checker, absl::string_view expected, absl::string_view actual,
                       bool actual_truncated) {
  Difference difference = Differ(checker, expected, actual);
  if (actual_truncated) {
    difference.message = absl::StrCat("the output is truncated, which never equals",
                                      difference.message.empty() ? "" : "; ", difference.message);
  }
  return Told(difference, expected, actual);
}

}  // namespace jail::exam
