// The system helpers whose answers are easy to get wrong.
#include "jail/base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>

#include "gtest/gtest.h"
#include "jail/base/fd.h"

namespace jail {
namespace {

TEST(NamespaceIdTest, IsTheNumberThatStatGives) {
  const Fd dir(open("/proc/self/ns", O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (const char* name : {"user", "pid", "mnt", "net", "ipc", "uts", "cgroup"}) {
    uint64_t id = 0;
    ASSERT_EQ(NamespaceId(dir.get(), name, &id), 0) << name;
    struct stat status;
    ASSERT_EQ(fstatat(dir.get(), name, &status, 0), 0) << name;
    EXPECT_EQ(id, status.st_ino) << name;
  }
}

TEST(NamespaceIdTest, SaysSoWhenThereIsNone) {
  const Fd dir(open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC));
  uint64_t id = 0;
  EXPECT_EQ(NamespaceId(dir.get(), "no-such", &id), ENOENT);
  EXPECT_EQ(NamespaceId(dir.get(), "exe", &id), EBADMSG);    // A link to something else.
  EXPECT_EQ(NamespaceId(dir.get(), "status", &id), EINVAL);  // No link.
}

}  // namespace
}  // namespace jail
