#include "tools/jailrun/record_text.h"

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/json_util.h"

namespace jail::cli {
namespace {

constexpr int kShownBytes = 200;

absl::Status FromProtobuf(const google::protobuf::util::Status& status) {
  return absl::InvalidArgumentError(absl::StrCat("JSON: ", std::string(status.message())));
}

class HexPrinter : public google::protobuf::TextFormat::FastFieldValuePrinter {
 public:
  void PrintBytes(const std::string& value,
                  google::protobuf::TextFormat::BaseTextGenerator* out) const override {
    out->PrintString(absl::StrCat("\"", absl::BytesToHexString(value), "\""));
  }
};

}  // namespace

absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) return FromProtobuf(status);
  if (!absl::EndsWith(json, "\n")) json += '\n';
  return json;
}

absl::StatusOr<v1::ResultRecord> ParseRecord(absl::string_view bytes) {
  v1::ResultRecord record;
  // No binary record begins with a brace: it would be a field that there is not.
  if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(bytes), "{")) {
    google::protobuf::util::JsonParseOptions options;
    options.ignore_unknown_fields = true;
    const auto status = google::protobuf::util::JsonStringToMessage(std::string(bytes), &record, options);
    if (!status.ok()) return FromProtobuf(status);
  } else if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::InvalidArgumentError("neither a binary record nor JSON");
  }
  if (record.verdict() == v1::VERDICT_UNSPECIFIED)
    return absl::InvalidArgumentError("no record: it has no verdict");
  return record;
}

std::string PlanText(const v1::RunPlan& plan) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetTruncateStringFieldLongerThan(kShownBytes);
  auto hex = std::make_unique<HexPrinter>();
  const auto* field = v1::PhasePlan::descriptor()->FindFieldByName("policy_sha256");
  if (printer.RegisterFieldValuePrinter(field, hex.get())) hex.release();  // Now the printer owns it.
  std::string text;
  printer.PrintToString(plan, &text);
  return text;
}

}  // namespace jail::cli
