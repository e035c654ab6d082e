// Parsing: a decimal number is read as an integer of millionths (no floating point, so "0.1s" is
// exact), then multiplied by its unit from a table, with every overflow refused.
#include "jail/base/text.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "jail/base/status_macros.h"

namespace jail {
namespace {

constexpr int64_t kMillion = 1'000'000;
constexpr int kMaxDecimals = 6;
constexpr int kMaxDigits = 18;

struct Unit {
  absl::string_view name;
  int64_t size;
};

// In microseconds.
constexpr Unit kTimeUnits[] = {
    {"us", 1},
    {"ms", 1000},
    {"s", kMillion},
    {"m", 60 * kMillion},
    {"min", 60 * kMillion},
    {"h", 3600 * kMillion},
};

constexpr Unit kByteUnits[] = {
    {"b", 1},
    {"k", int64_t{1} << 10},
    {"kib", int64_t{1} << 10},
    {"m", int64_t{1} << 20},
    {"mib", int64_t{1} << 20},
    {"g", int64_t{1} << 30},
    {"gib", int64_t{1} << 30},
    {"t", int64_t{1} << 40},
    {"tib", int64_t{1} << 40},
};

// What one kind of quantity is called and looks like in an error.
struct Grammar {
  absl::Span<const Unit> units;
  absl::string_view units_text;
  absl::string_view example;
};

constexpr absl::string_view kDecimalBytes[] = {"kb", "mb", "gb", "tb"};

absl::Status Bad(absl::string_view text, absl::string_view what, absl::string_view example) {
  return absl::InvalidArgumentError(absl::StrCat(Quoted(text), " ", what, "; write for example ", example));
}

struct Number {
  absl::int128 millionths;
  absl::string_view rest;
};

// "1.5s" -> 1500000 and "s". Digits first, at most one point with digits after it.
absl::StatusOr<Number> ReadNumber(absl::string_view text, absl::string_view example) {
  absl::int128 millionths = 0;
  size_t at = 0;
  while (at < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[at]))) {
    millionths = millionths * 10 + (text[at++] - '0');
    if (at > kMaxDigits) return Bad(text, "is too large", example);
  }
  if (at == 0) {
    if (absl::StartsWith(text, "-")) return Bad(text, "is negative", example);
    return Bad(text, text.empty() ? "is empty" : "does not start with a number", example);
  }
  millionths *= kMillion;
  if (at == text.size() || text[at] != '.') return Number{millionths, text.substr(at)};
  const size_t first_decimal = ++at;
  absl::int128 place = kMillion / 10;
  for (; at < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[at])); ++at, place /= 10) {
    if (at - first_decimal >= kMaxDecimals) return Bad(text, "has too many decimals", example);
    millionths += place * (text[at] - '0');
  }
  if (at == first_decimal) return Bad(text, "has a point without digits after it", example);
  return Number{millionths, text.substr(at)};
}

absl::StatusOr<int64_t> Whole(absl::int128 millionths, absl::string_view text, absl::string_view example) {
  if (millionths % kMillion != 0) return Bad(text, "is not a whole number of the smallest unit", example);
  const absl::int128 value = millionths / kMillion;
  if (value > std::numeric_limits<int64_t>::max()) return Bad(text, "is too large", example);
  return static_cast<int64_t>(value);
}

absl::StatusOr<int64_t> ParseWithUnit(absl::string_view text, const Grammar& grammar) {
  JAIL_ASSIGN_OR_RETURN(const Number number, ReadNumber(text, grammar.example));
  const std::string name = absl::AsciiStrToLower(absl::StripLeadingAsciiWhitespace(number.rest));
  if (name.empty()) return Bad(text, absl::StrCat("has no unit (", grammar.units_text, ")"), grammar.example);
  for (const Unit& unit : grammar.units) {
    if (unit.name == name) return Whole(number.millionths * unit.size, text, grammar.example);
  }
  if (std::find(std::begin(kDecimalBytes), std::end(kDecimalBytes), name) != std::end(kDecimalBytes)) {
    return Bad(text, "has a decimal unit, but sizes are binary: K, M, G", grammar.example);
  }
  return Bad(text, absl::StrCat("has the unknown unit ", Quoted(name), " (", grammar.units_text, ")"),
             grammar.example);
}

// 1.50 -> "1.5", 2.00 -> "2".
std::string Shortest(std::string number) {
  if (!absl::StrContains(number, '.')) return number;
  number.erase(number.find_last_not_of('0') + 1);
  if (number.back() == '.') number.pop_back();
  return number;
}

// Levenshtein with transposition of neighbours counted once ("pyhton").
size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<std::vector<size_t>> cost(a.size() + 1, std::vector<size_t>(b.size() + 1));
  std::iota(cost[0].begin(), cost[0].end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    cost[i][0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + change});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

absl::StatusOr<absl::Duration> ParseDuration(absl::string_view text) {
  constexpr Grammar kGrammar = {kTimeUnits, "ms, s, m or h", "2s or 500ms"};
  JAIL_ASSIGN_OR_RETURN(const int64_t microseconds, ParseWithUnit(text, kGrammar));
  return absl::Microseconds(microseconds);
}

absl::StatusOr<int64_t> ParseBytes(absl::string_view text) {
  constexpr Grammar kGrammar = {kByteUnits, "B, K, M or G", "256M or 64K"};
  return ParseWithUnit(text, kGrammar);
}

absl::StatusOr<int32_t> ParseMillicores(absl::string_view text) {
  constexpr absl::string_view kExample = "0.5 or 2";
  JAIL_ASSIGN_OR_RETURN(const Number number, ReadNumber(text, kExample));
  if (!number.rest.empty()) return Bad(text, "is not a number of cores", kExample);
  JAIL_ASSIGN_OR_RETURN(const int64_t millicores, Whole(number.millionths * 1000, text, kExample));
  if (millicores > std::numeric_limits<int32_t>::max()) return Bad(text, "is too large", kExample);
  return static_cast<int32_t>(millicores);
}

absl::StatusOr<int64_t> ParseCount(absl::string_view text) {
  constexpr absl::string_view kExample = "50";
  JAIL_ASSIGN_OR_RETURN(const Number number, ReadNumber(text, kExample));
  if (!number.rest.empty()) return Bad(text, "is not a plain number", kExample);
  return Whole(number.millionths, text, kExample);
}

std::string FormatBytes(int64_t bytes) {
  constexpr absl::string_view kNames[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double amount = static_cast<double>(bytes);
  size_t unit = 0;
  while (amount >= 1024 && unit + 1 < std::size(kNames)) amount /= 1024, ++unit;
  if (unit == 0) return absl::StrCat(bytes, bytes == 1 ? " byte" : " bytes");
  return absl::StrCat(Shortest(absl::StrFormat("%.*f", amount < 100 ? 2 : 1, amount)), " ", kNames[unit]);
}

std::string FormatElapsed(absl::Duration duration) {
  const double seconds = absl::ToDoubleSeconds(duration);
  if (seconds < 0) return absl::StrCat("-", FormatElapsed(-duration));
  if (seconds < 0.0009995) return absl::StrFormat("%.0f us", seconds * 1e6);
  if (seconds < 0.9995) return absl::StrFormat("%.*f ms", seconds < 0.1 ? 1 : 0, seconds * 1e3);
  if (seconds < 59.995) return absl::StrFormat("%.2f s", seconds);
  const int64_t whole = absl::ToInt64Seconds(duration + absl::Milliseconds(500));
  return absl::StrFormat("%d min %d s", whole / 60, whole % 60);
}

std::string FormatMicroseconds(int64_t us) { return FormatElapsed(absl::Microseconds(us)); }

std::string FormatLimit(absl::Duration duration) {
  const int64_t microseconds = absl::ToInt64Microseconds(duration);
  if (microseconds != 0 && microseconds < 1000) return absl::StrCat(microseconds, " us");
  if (microseconds != 0 && microseconds < kMillion) {
    return absl::StrCat(Shortest(absl::StrFormat("%.3f", static_cast<double>(microseconds) / 1e3)), " ms");
  }
  return absl::StrCat(Shortest(absl::StrFormat("%.6f", absl::ToDoubleSeconds(duration))), " s");
}

std::string FormatMillicores(int64_t millicores) {
  const std::string cores = Shortest(absl::StrFormat("%.3f", static_cast<double>(millicores) / 1e3));
  return absl::StrCat(cores, cores == "1" ? " core" : " cores");
}

absl::string_view BaseName(absl::string_view path) { return path.substr(path.rfind('/') + 1); }

absl::Status Bad(absl::string_view field, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", what));
}

std::string Quoted(absl::string_view text) {
  constexpr size_t kMaxShown = 80;
  if (text.size() <= kMaxShown) return absl::StrCat("\"", absl::CEscape(text), "\"");
  return absl::StrCat("\"", absl::CEscape(text.substr(0, kMaxShown)), "...\"");
}

absl::string_view NearestName(absl::string_view word, absl::Span<const absl::string_view> candidates) {
  constexpr size_t kLongest = 64;  // Nobody mistypes a name this long; do not compute on a stranger's text.
  if (word.empty() || word.size() > kLongest) return {};
  const std::string lower = absl::AsciiStrToLower(word);
  size_t allowed = std::max<size_t>(1, word.size() / 3) + 1;  // Distances below this are near.
  absl::string_view nearest;
  for (absl::string_view candidate : candidates) {
    if (candidate.size() > kLongest) continue;
    const size_t distance = EditDistance(lower, absl::AsciiStrToLower(candidate));
    if (distance >= std::min(allowed, std::max(candidate.size(), word.size()))) continue;
    allowed = distance;
    nearest = candidate;
  }
  return nearest;
}

std::string DidYouMean(absl::string_view word, absl::Span<const absl::string_view> candidates) {
  const absl::string_view nearest = NearestName(word, candidates);
  return nearest.empty() ? "" : absl::StrCat(", did you mean ", Quoted(nearest), "?");
}

}  // namespace jail
