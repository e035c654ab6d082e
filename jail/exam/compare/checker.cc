// What a checker may say, before anything is run.
#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/exam/compare/compare.h"
#include "jail/exam/compare/pattern.h"

namespace jail::exam {
namespace {

absl::Status ToleranceProblem(absl::string_view field, double value, v1::Checker::Kind kind) {
  if (!std::isfinite(value)) return Bad(field, "is no finite number");
  if (value < 0) return Bad(field, "is negative");
  if (value > 0 && kind != v1::Checker::FLOAT) return Bad(field, "is for kind FLOAT only");
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckerProblem(const v1::Checker& checker) {
  const v1::Checker::Kind kind = checker.kind();
  if (!v1::Checker::Kind_IsValid(kind))
    return Bad("checker.kind", absl::StrCat("there is no kind ", static_cast<int>(kind)));
  JAIL_RETURN_IF_ERROR(ToleranceProblem("checker.absolute", checker.absolute(), kind));
  JAIL_RETURN_IF_ERROR(ToleranceProblem("checker.relative", checker.relative(), kind));
  if (kind == v1::Checker::PROGRAM && !checker.has_program())
    return Bad("checker.program", "is missing; kind PROGRAM runs it");
  if (kind != v1::Checker::PROGRAM && checker.has_program())
    return Bad("checker.program", "is for kind PROGRAM only");
  return absl::OkStatus();
}

absl::Status PatternProblem(absl::string_view pattern) {
  if (pattern.size() > kMaxPatternBytes)
    return absl::InvalidArgumentError(absl::StrCat("is a pattern of ",
                                                   FormatBytes(static_cast<int64_t>(pattern.size())),
                                                   ", more than ", FormatBytes(kMaxPatternBytes)));
  const RE2 compiled(re2::StringPiece(pattern.data(), pattern.size()), PatternOptions());
  if (compiled.ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("is no regular expression (RE2): ", Quoted(compiled.error())));
}

}  // namespace jail::exam
