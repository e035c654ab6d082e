#include "jail/root/files.h"

#include "jail/base/sys.h"

namespace jail::root {

int64_t BytesOf(const plan::View& plan, plan::Place place) {
  constexpr int64_t kPage = 4096;
  int64_t bytes = 0;
  for (uint32_t i = 0; i < plan.file_count(); ++i) {
    const plan::File& file = plan.file(i);
    if (file.place == place) bytes += (static_cast<int64_t>(file.content.size) / kPage + 1) * kPage;
  }
  return bytes;
}

int WriteFiles(const plan::View& plan, plan::Place place, int dir, int mode, plan::Trace& trace) {
  int error = 0;
  for (uint32_t i = 0; i < plan.file_count() && error == 0; ++i) {
    const plan::File& file = plan.file(i);
    if (file.place != place) continue;
    plan::At(trace, static_cast<int32_t>(i), plan.path(file));
    error = WriteNewFile(dir, plan.path(file), mode, plan.content(file), file.content.size);
  }
  return error;
}

}  // namespace jail::root
