#include "jail/call/judge.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "jail/base/utf8.h"

namespace jail::call {
namespace {

using Error = v1::CallError;

struct VerdictRow {
  v1::Verdict verdict;
  Error::Kind kind;
};
// What a program that ended by itself has done is up to its answer.
constexpr VerdictRow kVerdicts[] = {
    {v1::VERDICT_CPU_TIME_LIMIT, Error::KIND_TIMEOUT},
    {v1::VERDICT_WALL_TIME_LIMIT, Error::KIND_TIMEOUT},
    {v1::VERDICT_IDLE_TIME_LIMIT, Error::KIND_TIMEOUT},
    {v1::VERDICT_MEMORY_LIMIT, Error::KIND_OUT_OF_MEMORY},
    {v1::VERDICT_OUTPUT_LIMIT, Error::KIND_LIMIT},
    {v1::VERDICT_DISK_LIMIT, Error::KIND_LIMIT},
    {v1::VERDICT_SYSCALL_DENIED, Error::KIND_LIMIT},
    {v1::VERDICT_CANCELLED, Error::KIND_CANCELLED},
    {v1::VERDICT_REJECTED, Error::KIND_INVALID_INPUT},
    {v1::VERDICT_JAIL_ERROR, Error::KIND_JAIL_ERROR},
    {v1::VERDICT_COMPILE_ERROR, Error::KIND_JAIL_ERROR},
};

// The kinds that a shim may say.
constexpr Error::Kind kShimKinds[] = {Error::KIND_THROWN, Error::KIND_SYNTAX, Error::KIND_INVALID_OUTPUT,
                                      Error::KIND_OUT_OF_MEMORY, Error::KIND_NO_RESULT};

absl::string_view NameOf(Error::Kind kind) { return absl::StripPrefix(Error::Kind_Name(kind), "KIND_"); }

Error::Kind ShimKindOf(absl::string_view name) {
  for (const Error::Kind kind : kShimKinds) {
    if (NameOf(kind) == name) return kind;
  }
  return Error::KIND_THROWN;
}

void TakeError(const Message& message, Error* error) {
  error->set_kind(ShimKindOf(message.error_kind));
  error->set_name(message.name);
  error->set_message(message.text);
  error->set_stack(message.stack);
  error->set_line(message.line);
  error->set_column(message.column);
}

void TakeAnswer(const Message& message, const Caps& caps, v1::CallResult* result) {
  if (message.kind == Message::Kind::kError) {
    TakeError(message, result->mutable_error());
  } else if (message.json.size() > caps.result_bytes) {
    SetError(Error::KIND_INVALID_OUTPUT,
             absl::StrCat("the result has ", message.json.size(), " bytes; at most ", caps.result_bytes),
             result->mutable_error());
  } else {
    result->set_result_json(message.json);
    result->set_success(true);
  }
}

Error::Kind EndKindOf(v1::Verdict verdict) {
  for (const VerdictRow& row : kVerdicts) {
    if (row.verdict == verdict) return row.kind;
  }
  return Error::KIND_NO_RESULT;
}

}  // namespace

void SetError(Error::Kind kind, absl::string_view message, Error* error) {
  error->set_kind(kind);
  error->set_name(std::string(NameOf(kind)));
  error->set_message(ToUtf8(message));
}

void Judge(const Service& service, const Caps& caps, v1::ResultRecord record, v1::CallResult* result) {
  if (record.phases_size() > 0) {
    const v1::Usage& usage = record.phases(record.phases_size() - 1).usage();
    result->set_duration_us(usage.wall_time_us());
    result->set_memory_bytes(usage.memory_peak_bytes());
  }
  const Error::Kind ended = EndKindOf(record.verdict());
  Error* error = result->mutable_error();
  if (!service.misuse().empty()) {
    SetError(Error::KIND_CHANNEL_MISUSED,
             absl::StrCat("the program wrote to its channel itself: ", service.misuse()), error);
  } else if (ended == Error::KIND_CANCELLED && service.own_time_is_over()) {
    SetError(Error::KIND_TIMEOUT,
             absl::StrCat("the program took longer than ", *caps.own_time_ms,
                          " ms (wall_time_ms), host functions' answers not counted"),
             error);
  } else if (ended != Error::KIND_NO_RESULT) {
    SetError(ended, record.summary(), error);
  } else if (record.verdict() != v1::VERDICT_OK || !service.ended()) {
    SetError(Error::KIND_NO_RESULT, absl::StrCat("the program gave no result: ", record.summary()), error);
  } else {
    result->clear_error();
    TakeAnswer(*service.answer(), caps, result);
  }
  *result->mutable_record() = std::move(record);
}

}  // namespace jail::call
