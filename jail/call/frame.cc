#include "jail/call/frame.h"

#include <array>
#include <limits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/call/json.h"

namespace jail::call {
namespace {

constexpr size_t kLengthBytes = 4;

uint32_t LengthAt(absl::string_view bytes) {
  uint32_t length = 0;
  for (size_t i = 0; i < kLengthBytes; ++i) length = length << 8 | static_cast<uint8_t>(bytes[i]);
  return length;
}

absl::Status ReadText(const std::string& json, std::string* text) {
  return Unquote(json, text) ? absl::OkStatus() : absl::InvalidArgumentError("is no string");
}

template <typename Number>
absl::Status ReadNumber(const std::string& json, Number* number) {
  int64_t value = 0;
  const bool fits =
      absl::SimpleAtoi(json, &value) && value >= 0 && value <= std::numeric_limits<Number>::max();
  *number = static_cast<Number>(value);
  return fits ? absl::OkStatus() : absl::InvalidArgumentError("is no such number");
}

absl::Status ReadJson(const std::string& json, std::string* text) {
  *text = json;
  return absl::OkStatus();
}

absl::Status ReadList(const std::string& json, std::string* text) {
  *text = json;
  return json.front() == '[' ? absl::OkStatus() : absl::InvalidArgumentError("is no array");
}

absl::Status ReadLines(const std::string& json, std::vector<int32_t>* lines) {
  absl::string_view list = json;
  if (!absl::ConsumePrefix(&list, "[") || !absl::ConsumeSuffix(&list, "]"))
    return absl::InvalidArgumentError("is no array");
  // It is compact JSON: what else there may be between commas is no number.
  for (absl::string_view item : absl::StrSplit(list, ',', absl::SkipEmpty())) {
    JAIL_RETURN_IF_ERROR(ReadNumber(std::string(item), &lines->emplace_back()));
    if (lines->back() == 0) return absl::InvalidArgumentError("has a line 0");
  }
  return absl::OkStatus();
}

// V8's own format is an object; all others are text.
absl::Status ReadProfile(const std::string& json, std::string* profile) {
  if (json == "null") return absl::OkStatus();
  if (json.front() != '{') return ReadText(json, profile);
  *profile = json;
  return absl::OkStatus();
}

template <auto member, auto read>
absl::Status Set(const std::string& json, Message* message) {
  return read(json, &(message->*member));
}

// Every member of every kind of message; all must be there, and no other.
struct Row {
  absl::string_view type;
  absl::string_view member;
  absl::Status (*set)(const std::string& json, Message* message);
};
constexpr Row kRows[] = {
    {"log", "level", Set<&Message::level, ReadText>},
    {"log", "text", Set<&Message::text, ReadText>},
    {"call", "id", Set<&Message::id, ReadNumber<int64_t>>},
    {"call", "name", Set<&Message::name, ReadText>},
    {"call", "args", Set<&Message::json, ReadList>},
    {"debug", "steps", Set<&Message::steps, ReadLines>},
    {"debug", "dropped", Set<&Message::steps_dropped, ReadNumber<int64_t>>},
    {"debug", "profile", Set<&Message::profile, ReadProfile>},
    {"result", "value", Set<&Message::json, ReadJson>},
    {"result", "dropped", Set<&Message::logs_dropped, ReadNumber<int64_t>>},
    {"error", "kind", Set<&Message::error_kind, ReadText>},
    {"error", "name", Set<&Message::name, ReadText>},
    {"error", "message", Set<&Message::text, ReadText>},
    {"error", "stack", Set<&Message::stack, ReadText>},
    {"error", "line", Set<&Message::line, ReadNumber<int32_t>>},
    {"error", "column", Set<&Message::column, ReadNumber<int32_t>>},
    {"error", "dropped", Set<&Message::logs_dropped, ReadNumber<int64_t>>},
    {"end", "nonce", Set<&Message::nonce, ReadText>},
    {"end", "frames", Set<&Message::frames, ReadNumber<int64_t>>},
};

constexpr std::pair<absl::string_view, Message::Kind> kKinds[] = {
    {"ready", Message::Kind::kReady}, {"debug", Message::Kind::kDebug},   {"log", Message::Kind::kLog},
    {"call", Message::Kind::kCall},   {"result", Message::Kind::kResult}, {"error", Message::Kind::kError},
    {"end", Message::Kind::kEnd},
};

absl::StatusOr<Message::Kind> MessageKindOf(absl::string_view type) {
  for (const auto& [name, kind] : kKinds) {
    if (name == type) return kind;
  }
  return absl::InvalidArgumentError("type: is none that we know");
}

}  // namespace

std::string Frame(absl::string_view json) {
  std::string frame;
  frame.reserve(kLengthBytes + json.size());
  for (const int shift : {24, 16, 8, 0}) frame += static_cast<char>(json.size() >> shift & 0xff);
  return absl::StrCat(frame, json);
}

absl::StatusOr<std::optional<std::string>> FrameReader::Next() {
  const absl::string_view rest = absl::string_view(buffer_).substr(at_);
  if (rest.size() < kLengthBytes) return std::nullopt;
  const uint32_t length = LengthAt(rest);
  if (length == 0 || length > max_bytes_) {
    return absl::InvalidArgumentError(
        absl::StrCat("a frame of ", length, " bytes; one has 1 to ", max_bytes_));
  }
  if (rest.size() - kLengthBytes < length) {
    buffer_.erase(0, std::exchange(at_, 0));
    return std::nullopt;
  }
  std::string frame(rest.substr(kLengthBytes, length));
  at_ += kLengthBytes + length;
  return frame;
}

absl::StatusOr<Message> ParseMessage(absl::string_view json) {
  JAIL_ASSIGN_OR_RETURN(const Members members, MembersOf(json));
  std::string type;
  const std::string* given = Find(members, "type");
  if (given == nullptr || !Unquote(*given, &type)) return absl::InvalidArgumentError("type: is missing");
  Message message;
  JAIL_ASSIGN_OR_RETURN(message.kind, MessageKindOf(type));
  size_t known = 1;
  for (const Row& row : kRows) {
    if (row.type != type) continue;
    const std::string* value = Find(members, row.member);
    if (value == nullptr) return absl::InvalidArgumentError(absl::StrCat(row.member, ": is missing"));
    const absl::Status status = row.set(*value, &message);
    if (!status.ok()) return absl::InvalidArgumentError(absl::StrCat(row.member, ": ", status.message()));
    ++known;
  }
  if (known != members.size())
    return absl::InvalidArgumentError("it has a member that does not belong there");
  return message;
}

}  // namespace jail::call
