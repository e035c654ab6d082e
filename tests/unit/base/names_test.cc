#include "jail/base/names.h"

#include "gtest/gtest.h"

namespace jail {
namespace {

TEST(EnvNameTest, AcceptsWhatAShellWould) {
  for (const char* name : {"A", "_", "PATH", "a1_B2", "NODE_OPTIONS"}) EXPECT_TRUE(IsEnvName(name)) << name;
  for (const char* name : {"", "1A", "A-B", "A B", "A=B", "É", "A\n"}) EXPECT_FALSE(IsEnvName(name)) << name;
}

TEST(LoaderVariableTest, KnowsWhatSteersTheLoader) {
  for (const char* name : {"LD_PRELOAD", "LD_LIBRARY_PATH", "LD_", "GLIBC_TUNABLES", "GCONV_PATH"}) {
    EXPECT_TRUE(IsLoaderVariable(name)) << name;
  }
  for (const char* name : {"LDFLAGS", "NODE_OPTIONS", "PYTHONPATH", "PATH", "xLD_"}) {
    EXPECT_FALSE(IsLoaderVariable(name)) << name;
  }
}

}  // namespace
}  // namespace jail
