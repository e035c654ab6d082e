#include "jail/exam/shorten.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "jail/base/utf8.h"
#include "jail/v1/call.pb.h"
#include "jail/v1/result.pb.h"

namespace jail::exam {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

void CutTextsOf(Message* message);

// A protobuf string must stay UTF-8; bytes are cut where they are.
std::string Head(const std::string& text, const FieldDescriptor& field) {
  const absl::string_view head = absl::string_view(text).substr(0, kShortTextBytes);
  return std::string(field.type() == FieldDescriptor::TYPE_STRING ? WithoutCutAtEnd(head) : head);
}

void CutText(const FieldDescriptor* field, Message* message) {
  const Reflection& reflection = *message->GetReflection();
  if (!field->is_repeated()) {
    const std::string text = reflection.GetString(*message, field);
    if (text.size() > kShortTextBytes) reflection.SetString(message, field, Head(text, *field));
    return;
  }
  for (int i = 0; i < reflection.FieldSize(*message, field); ++i) {
    const std::string text = reflection.GetRepeatedString(*message, field, i);
    if (text.size() > kShortTextBytes) reflection.SetRepeatedString(message, field, i, Head(text, *field));
  }
}

void CutMessage(const FieldDescriptor* field, Message* message) {
  const Reflection& reflection = *message->GetReflection();
  if (!field->is_repeated()) return CutTextsOf(reflection.MutableMessage(message, field));
  for (int i = 0; i < reflection.FieldSize(*message, field); ++i)
    CutTextsOf(reflection.MutableRepeatedMessage(message, field, i));
}

// By the messages' own descriptors: a field that is added tomorrow is cut, too.
void CutTextsOf(Message* message) {
  std::vector<const FieldDescriptor*> fields;
  message->GetReflection()->ListFields(*message, &fields);  // Those that are set.
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) CutText(field, message);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) CutMessage(field, message);
  }
}

void ShortenStream(v1::Output* output) {
  if (output->content().size() + output->tail().size() <= kShortTextBytes) return;
  output->clear_tail();
  output->set_truncated(true);
}

void ShortenStreams(v1::ResultRecord* record) {
  for (v1::PhaseResult& phase : *record->mutable_phases()) {
    if (phase.has_stdout()) ShortenStream(phase.mutable_stdout());
    if (phase.has_stderr()) ShortenStream(phase.mutable_stderr());
  }
}

void ShortenCall(v1::CallResult* call) {
  if (call->result_json().size() > kShortTextBytes) call->clear_result_json();
  size_t bytes = 0;
  int kept = 0;
  for (const v1::LogEntry& entry : call->logs()) {
    bytes += entry.text().size();
    if (bytes > kShortTextBytes) break;
    ++kept;
  }
  const int dropped = call->logs_size() - kept;
  call->set_logs_dropped(call->logs_dropped() + dropped);
  call->mutable_logs()->DeleteSubrange(kept, dropped);
}

}  // namespace

void Shorten(v1::CaseResult* result) {
  if (result->has_record()) ShortenStreams(result->mutable_record());
  if (result->has_judge()) ShortenStreams(result->mutable_judge());
  for (v1::ResultRecord& record : *result->mutable_earlier()) ShortenStreams(&record);
  if (result->has_call()) ShortenCall(result->mutable_call());
  CutTextsOf(result);
}

}  // namespace jail::exam
