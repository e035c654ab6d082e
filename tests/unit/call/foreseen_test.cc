// A function run that a pool has started ahead is as far as it can be only if the files that its job has are
// those that the runtime's start foresees, to the byte.
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "jail/call/spec.h"
#include "jail/resolve/catalog.h"
#include "jail/v1/call.pb.h"
#include "jail/v1/job.pb.h"
#include "jail/v1/plan.pb.h"
#include "jail/v1/runtime.pb.h"

namespace jail::call {
namespace {

const v1::Runtime::Parked& StartOf(const v1::JobSpec& job) {
  for (const v1::Runtime::Variant& variant : (*resolve::FindLanguage(job.language()))->variants()) {
    if (variant.name() == job.variant()) return variant.run().parked();
  }
  return v1::Runtime::Parked::default_instance();
}

TEST(ForeseenTest, TheFilesOfAFunctionRunAre) {
  for (const char* language : {"javascript", "typescript", "python"}) {
    v1::CallSpec spec;
    spec.set_language(language);
    spec.set_code("1");
    const absl::StatusOr<Request> request = Prepare(spec, 60'000);
    ASSERT_TRUE(request.ok()) << request.status();
    const v1::Runtime::Parked& start = StartOf(request->job);
    v1::ParkedStart plan;
    *plan.mutable_foreseen() = start.foreseen();
    std::set<std::string> foreseen, sent;
    for (const v1::SourceFile* file : resolve::LoaderFiles(plan)) foreseen.insert(file->content());
    for (const v1::SourceFile& file : request->job.files()) sent.insert(file.content());
    EXPECT_FALSE(sent.empty());
    EXPECT_TRUE(foreseen == sent) << language << ": of " << sent.size() << " files " << foreseen.size();
  }
}

}  // namespace
}  // namespace jail::call
