// Pinned images by name: which there are, and what is in them. Reads what rootfs/build has written beside an
// image; the helper trusts none of it and mounts by the folder's name, which says what the image's digest
// begins with.
//   PLACE/small -> small-0123456789abcdef     replaced by one rename, so a run sees one image or the other
//   PLACE/small-0123456789abcdef/             root.erofs, manifest.textproto, files, packages
#ifndef JAIL_IMAGE_IMAGE_H_
#define JAIL_IMAGE_IMAGE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jail/plan/layout.h"

namespace jail::image {

struct Image {
  std::string name;
  std::string folder;  // "small-0123456789abcdef"
  std::string sha256;  // Of the image, 32 bytes.
  std::string
      listing;  // Of its files, sorted: "PATH\tx\n" one that can be executed, "PATH\tlTARGET\n", "PATH\t-\n".

  // Of absolute paths; links are followed as in a jail, where the image is "/".
  bool Has(absl::string_view path) const;
  bool CanExecute(absl::string_view path) const;
};

// 1 to 30 of [a-z0-9_-], not beginning with a hyphen: neither a path nor a flag.
bool IsImageName(absl::string_view name);

// NotFoundError: there is none of that name. FailedPreconditionError: it is damaged, and in what way.
absl::StatusOr<Image> FindImage(const std::string& name, const std::string& place = plan::kImagesFolder);

// Sorted.
std::vector<std::string> ImageNames(const std::string& place = plan::kImagesFolder);

}  // namespace jail::image

#endif  // JAIL_IMAGE_IMAGE_H_
