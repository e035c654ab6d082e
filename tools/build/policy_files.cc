#include "tools/build/policy_files.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "jail/plan/layout.h"

namespace jail::build {
namespace {

// Keeps the first complaint of the text parser as "path:line: message".
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  explicit FirstError(absl::string_view path) : path_(path) {}
  void AddError(int line, google::protobuf::io::ColumnNumber, const std::string& message) override {
    if (text_.empty()) text_ = absl::StrCat(path_, ":", line + 1, ": ", message);
  }
  const std::string& text() const { return text_; }

 private:
  const std::string path_;
  std::string text_;
};

std::string FileStem(absl::string_view path) {
  path.remove_prefix(path.rfind('/') + 1);  // npos + 1 is 0.
  return std::string(absl::StripSuffix(path, ".textproto"));
}

// The launch plan carries the name in a field of fixed size.
bool IsPolicyName(absl::string_view name) {
  return !name.empty() && name.size() <= plan::kMaxNameBytes &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_islower(static_cast<unsigned char>(c)) || c == '-' || c == '_';
         });
}

absl::StatusOr<v1::Policy> ParsePolicy(const PolicyFile& file) {
  FirstError errors(file.path);
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  v1::Policy policy;
  if (!parser.ParseFromString(file.text, &policy)) return absl::InvalidArgumentError(errors.text());
  if (!IsPolicyName(policy.name())) {
    return absl::InvalidArgumentError(absl::StrCat(file.path, ": the name \"", policy.name(),
                                                   "\" is not of the form [a-z_-]{1,", plan::kMaxNameBytes,
                                                   "}"));
  }
  if (policy.name() != FileStem(file.path)) {
    return absl::InvalidArgumentError(
        absl::StrCat(file.path, ": policy \"", policy.name(), "\" does not stand in a file of its name"));
  }
  return policy;
}

class IncludeWalk {
 public:
  explicit IncludeWalk(const PolicySet& set) : set_(set) {}

  absl::Status Visit(const std::string& name, const PolicySource* includer) {
    const auto found = set_.find(name);
    if (found == set_.end()) return Unknown(name, includer);
    if (std::find(path_.begin(), path_.end(), name) != path_.end()) return Cycle(name, includer);
    const PolicySource* source = &found->second;
    if (std::find(done_.begin(), done_.end(), source) != done_.end()) return absl::OkStatus();
    path_.push_back(name);
    for (const std::string& next : source->policy.includes()) {
      if (absl::Status status = Visit(next, source); !status.ok()) return status;
    }
    path_.pop_back();
    done_.push_back(source);
    return absl::OkStatus();
  }

  std::vector<const PolicySource*> Take() { return std::move(done_); }

 private:
  static absl::Status Unknown(absl::string_view name, const PolicySource* includer) {
    if (includer == nullptr) return absl::NotFoundError(absl::StrCat("no policy \"", name, "\""));
    return absl::NotFoundError(absl::StrCat(includer->path, ": policy \"", includer->policy.name(),
                                            "\" includes \"", name, "\", which is in no file"));
  }

  absl::Status Cycle(absl::string_view name, const PolicySource* includer) const {
    return absl::InvalidArgumentError(absl::StrCat(includer->path, ": policy \"", includer->policy.name(),
                                                   "\" includes itself: ", absl::StrJoin(path_, " -> "),
                                                   " -> ", name));
  }

  const PolicySet& set_;
  std::vector<std::string> path_;
  std::vector<const PolicySource*> done_;
};

}  // namespace

absl::StatusOr<PolicySet> ParsePolicies(const std::vector<PolicyFile>& files) {
  PolicySet set;
  for (const PolicyFile& file : files) {
    absl::StatusOr<v1::Policy> policy = ParsePolicy(file);
    if (!policy.ok()) return policy.status();
    const std::string name = policy->name();
    const auto [at, is_new] = set.try_emplace(name, PolicySource{file.path, *std::move(policy)});
    if (!is_new) {
      return absl::AlreadyExistsError(
          absl::StrCat(file.path, ": policy \"", name, "\" stands in ", at->second.path, " too"));
    }
  }
  return set;
}

absl::StatusOr<std::vector<const PolicySource*>> ResolveIncludes(const PolicySet& set,
                                                                 absl::string_view name) {
  IncludeWalk walk(set);
  if (absl::Status status = walk.Visit(std::string(name), nullptr); !status.ok()) return status;
  return walk.Take();
}

}  // namespace jail::build
