// A function run that a pool has started ahead is as far as it can be only if the files that its job has are
// those that the runtime's start foresees, to the byte.
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gmock/gmock.h"
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
    std::vector<std::string> foreseen, sent;
    for (const v1::SourceFile* file : resolve::LoaderFiles(plan)) foreseen.push_back(file->content());
    for (const v1::SourceFile& file : request->job.files()) sent.push_back(file.content());
    EXPECT_THAT(foreseen, testing::UnorderedElementsAreArray(sent)) << language;
  }
}

}  // namespace
}  // namespace jail::call
