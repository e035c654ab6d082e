// To add a figure: its field in serve.proto and a row in NumbersOf.
#include "jail/serve/config.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <set>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "jail/base/errno_name.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/base/textproto.h"

namespace jail::serve {
namespace {

using google::protobuf::FieldDescriptor;

constexpr int64_t kDayMs = 86'400'000;
constexpr int64_t kMostBytes = int64_t{1} << 30;
constexpr int64_t kMost = 1'000'000;
constexpr size_t kMostNameBytes = 64;
constexpr size_t kDigestDigits = 64;

struct NumberRow {
  const char* field;
  int64_t usual, least, most;
};

// Two for each CPU: while one starts or ends the other computes.
std::vector<NumberRow> NumbersOf() {
  const int64_t runs = 2 * std::max(1U, std::thread::hardware_concurrency());
  return {
      {"runs", runs, 1, 4096},
      {"queue", 256, 1, kMost},
      {"queue_wait_ms", 30'000, 1, kDayMs},
      {"connections", 1024, 1, kMost},
      {"connections_per_address", 64, 1, kMost},
      {"body_bytes", 1 << 20, 1024, kMostBytes},
      {"header_bytes", 16 << 10, 1024, 1 << 20},
      {"header_time_ms", 5'000, 100, kDayMs},
      {"body_time_ms", 15'000, 100, kDayMs},
      {"idle_time_ms", 60'000, 100, kDayMs},
      {"write_time_ms", 15'000, 100, kDayMs},
      {"drain_ms", 10'000, 0, kDayMs},
      {"batch", 64, 1, 10'000},
      {"pool_ready", 4, 0, 256},
  };
}

int64_t NumberIn(const v1::ServeConfig& config, const FieldDescriptor& field) {
  const auto& reflection = *config.GetReflection();
  return field.cpp_type() == FieldDescriptor::CPPTYPE_INT32 ? reflection.GetInt32(config, &field)
                                                            : reflection.GetInt64(config, &field);
}

void SetNumber(int64_t value, const FieldDescriptor& field, v1::ServeConfig* config) {
  const auto& reflection = *config->GetReflection();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
    reflection.SetInt32(config, &field, static_cast<int32_t>(value));
  } else {
    reflection.SetInt64(config, &field, value);
  }
}

absl::Status FillNumbers(v1::ServeConfig* config) {
  for (const NumberRow& row : NumbersOf()) {
    const FieldDescriptor& field = *v1::ServeConfig::descriptor()->FindFieldByName(row.field);
    if (!config->GetReflection()->HasField(*config, &field)) SetNumber(row.usual, field, config);
    const int64_t value = NumberIn(*config, field);
    if (value < row.least || value > row.most)
      return Bad(row.field, absl::StrCat(value, " is not between ", row.least, " and ", row.most));
  }
  return absl::OkStatus();
}

bool IsName(absl::string_view name) {
  const auto fits = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("._-", c);
  };
  return !name.empty() && name.size() <= kMostNameBytes && std::all_of(name.begin(), name.end(), fits);
}

absl::Status CheckToken(absl::string_view field, const v1::Token& token) {
  const auto is_digit = [](char c) { return absl::ascii_isxdigit(static_cast<unsigned char>(c)); };
  const std::string& digest = token.sha256();
  if (digest.size() != kDigestDigits || !std::all_of(digest.begin(), digest.end(), is_digit))
    return Bad(absl::StrCat(field, ".sha256"), "is not 64 hexadecimal digits: printf %s TOKEN | sha256sum");
  if (!IsName(token.tenant()))
    return Bad(absl::StrCat(field, ".tenant"), "is no name: at most 64 of A-Z a-z 0-9 . _ -");
  return absl::OkStatus();
}

absl::Status CheckRule(absl::string_view field, const v1::TenantRule& rule) {
  const auto bad = [field](absl::string_view name) {
    return Bad(absl::StrCat(field, ".", name), "is out of range");
  };
  const auto positive = [](double value) { return std::isfinite(value) && value > 0 && value <= kMost; };
  if (rule.has_requests_per_second() && !positive(rule.requests_per_second()))
    return bad("requests_per_second");
  if (rule.has_weight() && !positive(rule.weight())) return bad("weight");
  if (rule.has_burst() && !positive(rule.burst())) return bad("burst");
  if (rule.has_runs() && !positive(rule.runs())) return bad("runs");
  if (rule.has_queue() && !positive(rule.queue())) return bad("queue");
  return absl::OkStatus();
}

absl::Status CheckTenants(const v1::ServeConfig& config) {
  if (!config.usual().name().empty()) return Bad("usual.name", "is for rows of tenants");
  JAIL_RETURN_IF_ERROR(CheckRule("usual", config.usual()));
  std::set<std::string> names;
  for (int i = 0; i < config.tenants_size(); ++i) {
    const std::string field = absl::StrCat("tenants[", i, "]");
    const v1::TenantRule& rule = config.tenants(i);
    if (rule.name().empty()) return Bad(absl::StrCat(field, ".name"), "is unset");
    if (!names.insert(rule.name()).second) return Bad(absl::StrCat(field, ".name"), "is there twice");
    JAIL_RETURN_IF_ERROR(CheckRule(field, rule));
  }
  return absl::OkStatus();
}

absl::Status Check(const v1::ServeConfig& config) {
  for (int i = 0; i < config.tokens_size(); ++i)
    JAIL_RETURN_IF_ERROR(CheckToken(absl::StrCat("tokens[", i, "]"), config.tokens(i)));
  for (int i = 0; i < config.allowed_origins_size(); ++i) {
    if (!absl::StrContains(config.allowed_origins(i), "://"))
      return Bad(absl::StrCat("allowed_origins[", i, "]"), "is no origin: https://play.example");
  }
  return CheckTenants(config);
}

}  // namespace

absl::StatusOr<v1::ServeConfig> ParseConfig(absl::string_view text, absl::string_view file) {
  v1::ServeConfig config;
  JAIL_RETURN_IF_ERROR(ParseTextproto(text, file, &config));
  JAIL_RETURN_IF_ERROR(FillNumbers(&config));
  JAIL_RETURN_IF_ERROR(Check(config));
  return config;
}

absl::StatusOr<v1::ServeConfig> LoadConfig(const std::string& path, bool may_be_absent) {
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  const int error = errno;
  if (!stream && error == ENOENT && may_be_absent) return ParseConfig("", path);
  if (!stream) return absl::NotFoundError(absl::StrCat(path, ": ", ErrnoName(error)));
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  return ParseConfig(text, path);
}

v1::TenantRule RuleOf(const v1::ServeConfig& config, const std::string& tenant) {
  v1::TenantRule rule = config.usual();
  for (const v1::TenantRule& row : config.tenants()) {
    if (row.name() == tenant) rule.MergeFrom(row);
  }
  if (!rule.has_runs()) rule.set_runs(config.runs());
  if (!rule.has_queue()) rule.set_queue(std::max(1, config.queue() / 2));
  if (!rule.has_weight()) rule.set_weight(1);
  if (!rule.has_burst())
    rule.set_burst(static_cast<int>(std::max(1.0, std::ceil(rule.requests_per_second()))));
  return rule;
}

}  // namespace jail::serve
