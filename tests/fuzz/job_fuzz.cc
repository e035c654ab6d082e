// A job as JSON or as text protobuf, whoever wrote it: refused with the field's name, or resolved to a plan
// whose every phase can be sealed and is accepted by the helper's own reader.
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "jail/plan/seal.h"
#include "jail/plan/view.h"
#include "jail/resolve/resolve.h"
#include "tests/fuzz/require.h"

namespace {

using jail::fuzz::Require;

class Silent : public google::protobuf::io::ErrorCollector {
  void AddError(int, int, const std::string&) override {}
};

bool ParseJob(const std::string& text, jail::v1::JobSpec& job) {
  if (!text.empty() && text.front() == '{')
    return google::protobuf::util::JsonStringToMessage(text, &job).ok();
  Silent silent;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&silent);
  return parser.ParseFromString(text, &job);
}

void RequireReadable(const jail::plan::SealedPlan& sealed) {
  struct stat about = {};
  Require(fstat(sealed.fd.get(), &about) == 0);
  const auto size = static_cast<size_t>(about.st_size);
  void* bytes = mmap(nullptr, size, PROT_READ, MAP_SHARED, sealed.fd.get(), 0);
  Require(bytes != MAP_FAILED);
  jail::plan::View view;
  Require(jail::plan::View::Check(bytes, size, &view) == 0);
  Require(munmap(bytes, size) == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  jail::v1::JobSpec job;
  if (!ParseJob(std::string(reinterpret_cast<const char*>(data), size), job)) return 0;
  const auto plan = jail::resolve::Resolve(job, {}, {});
  if (!plan.ok()) {
    Require(!plan.status().message().empty());
    return 0;
  }
  for (const jail::v1::PhasePlan& phase : plan->phases()) {
    const auto sealed = jail::plan::Seal(*plan, phase, {});
    Require(sealed.ok() || absl::IsResourceExhausted(sealed.status()));
    if (sealed.ok()) RequireReadable(*sealed);
  }
  return 0;
}
