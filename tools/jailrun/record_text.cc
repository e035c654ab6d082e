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
#include "jail/base/utf8.h"
#include "tools/jailrun/files.h"

namespace jail::cli {
namespace {

constexpr int kShownBytes = 200;
constexpr size_t kMaxRecordBytes = size_t{512} << 20;

absl::Status FromProtobuf(const google::protobuf::util::Status& status) {
  return absl::InvalidArgumentError(absl::StrCat("JSON: ", std::string(status.message())));
}

// Head and tail of a truncated stream were cut where the limit was, not between characters.
void AddText(v1::Output* output) {
  const bool cut = output->truncated();
  const absl::string_view head = output->content();
  const absl::string_view tail = output->tail();
  bool head_replaced = false;
  bool tail_replaced = false;
  output->set_text(ReplaceInvalidUtf8(cut ? WithoutCutAtEnd(head) : head, &head_replaced));
  output->set_tail_text(ReplaceInvalidUtf8(cut ? WithoutCutAtStart(tail) : tail, &tail_replaced));
  output->set_text_replaced(head_replaced || tail_replaced);
}

void DropText(v1::Output* output) {
  output->clear_text();
  output->clear_tail_text();
  output->clear_text_replaced();
}

void ForEachOutput(v1::ResultRecord* record, void (*change)(v1::Output*)) {
  for (v1::PhaseResult& phase : *record->mutable_phases()) {
    if (phase.has_stdout()) change(phase.mutable_stdout());
    if (phase.has_stderr()) change(phase.mutable_stderr());
  }
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

absl::StatusOr<std::string> ToJson(const v1::ResultRecord& record) {
  v1::ResultRecord readable = record;
  ForEachOutput(&readable, AddText);
  return ToJson(static_cast<const google::protobuf::Message&>(readable));
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
  ForEachOutput(&record, DropText);
  return record;
}

absl::StatusOr<v1::ResultRecord> ReadRecord(const std::string& path) {
  const absl::StatusOr<std::string> bytes = ReadInput(path, kMaxRecordBytes);
  if (!bytes.ok()) return bytes.status();
  return ParseRecord(*bytes);
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
