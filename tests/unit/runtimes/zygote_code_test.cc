// The table of what may become a zygote.
#include "tools/build/zygote_code.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace jail::build {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

v1::RuntimeCatalog OneLanguage() {
  v1::RuntimeCatalog catalog;
  v1::SourceFile& loader = *catalog.add_loaders();
  loader.set_path(".snake-parked.py");
  loader.set_content("import \"os\"\n");
  v1::Runtime& runtime = *catalog.add_runtimes();
  runtime.set_name("snake");
  runtime.mutable_run()->add_argv("/usr/bin/snake");
  v1::Runtime::Parked& parked = *runtime.mutable_run()->mutable_parked();
  parked.add_argv("/usr/bin/snake");
  parked.add_argv("{loader}");
  parked.set_loader(".snake-parked.py");
  parked.set_zygote(true);
  v1::Runtime::Variant& variant = *runtime.add_variants();
  variant.set_name("fast");
  (*variant.mutable_run()->mutable_env())["SPEED"] = "1";
  return catalog;
}

TEST(ZygotesCodeTest, HasEachWayToStartOne) {
  const auto code = ZygotesCode(OneLanguage());
  ASSERT_TRUE(code.ok()) << code.status();
  EXPECT_THAT(*code, AllOf(HasSubstr("\"snake\""), HasSubstr("\"snake/fast\""), HasSubstr("\"SPEED=1\""),
                           HasSubstr("\"/app/.snake-parked.py\""), HasSubstr("\"HOME=/tmp\""),
                           HasSubstr("import \\\"os\\\"\\n"), HasSubstr("index < 2")));
}

TEST(ZygotesCodeTest, HasNoneOfThoseThatAreNotToBe) {
  v1::RuntimeCatalog catalog = OneLanguage();
  catalog.mutable_runtimes(0)->mutable_run()->mutable_parked()->set_zygote(false);
  const auto code = ZygotesCode(catalog);
  ASSERT_TRUE(code.ok()) << code.status();
  EXPECT_THAT(*code, AllOf(Not(HasSubstr("snake")), HasSubstr("index < 0")));
}

TEST(ZygotesCodeTest, RefusesWhatIsNotKnownWhenItStarts) {
  v1::RuntimeCatalog catalog = OneLanguage();
  (*catalog.mutable_runtimes(0)->mutable_run()->mutable_env())["HEAP"] = "{memory_mib}";
  const auto code = ZygotesCode(catalog);
  ASSERT_FALSE(code.ok());
  EXPECT_THAT(code.status().message(), AllOf(HasSubstr("snake: "), HasSubstr("HEAP={memory_mib}")));
}

}  // namespace
}  // namespace jail::build
