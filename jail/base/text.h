// Quantities and names as people write and read them: "2s", "256M", "0.5" in; "2 s", "256 MiB" out;
// "did you mean ..." for a mistyped name. Used by the command line, the resolver and the record.
//
// Units are required where a bare number would be a trap: isolate reads KB, nsjail MB, Piston bytes.
// Sizes are binary: K, M, G are KiB, MiB, GiB. Decimal ones (MB) are refused rather than guessed.
// Errors are InvalidArgumentError, name the text, say what is wrong with it and give an example.
#ifndef JAIL_BASE_TEXT_H_
#define JAIL_BASE_TEXT_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace jail {

// "500ms", "2s", "1.5s", "3m", "1h". Whole microseconds; never negative.
absl::StatusOr<absl::Duration> ParseDuration(absl::string_view text);

// "512B", "64K", "256M", "1.5G"; "MiB" and lower case are the same. Never negative.
absl::StatusOr<int64_t> ParseBytes(absl::string_view text);

// Cores with at most three decimals: "0.5" is 500, "2" is 2000.
absl::StatusOr<int32_t> ParseMillicores(absl::string_view text);

// A plain number of things: "50".
absl::StatusOr<int64_t> ParseCount(absl::string_view text);

// "256 MiB", "1.5 GiB", "17 bytes", "1 byte".
std::string FormatBytes(int64_t bytes);

// A measurement (absl owns the name FormatDuration), three digits or two decimals: "2.00 s", "15.3 ms", "742
// us", "2 min 5 s".
std::string FormatElapsed(absl::Duration duration);
std::string FormatMicroseconds(int64_t us);

// A figure someone chose, exactly: "2 s", "500 ms", "1.5 s".
std::string FormatLimit(absl::Duration duration);

// "0.5 cores", "1 core".
std::string FormatMillicores(int64_t millicores);

// "dir/file.txt" -> "file.txt".
absl::string_view BaseName(absl::string_view path);

// In double quotes, everything but printable ASCII escaped, cut after 80 characters: safe on a terminal.
std::string Quoted(absl::string_view text);

// InvalidArgumentError "FIELD: WHAT".
absl::Status Bad(absl::string_view field, absl::string_view what);

// The candidate with the fewest edits from `word`, case ignored; empty when none is near.
absl::string_view NearestName(absl::string_view word, absl::Span<const absl::string_view> candidates);

// ", did you mean \"python\"?" or "".
std::string DidYouMean(absl::string_view word, absl::Span<const absl::string_view> candidates);

}  // namespace jail

#endif  // JAIL_BASE_TEXT_H_
