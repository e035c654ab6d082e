#include "jail/resolve/catalog.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "jail/base/text.h"

namespace jail::resolve {
namespace {

const v1::RuntimeCatalog* ParseCatalog() {
  const absl::string_view bytes = CatalogBytes();
  auto* catalog = new v1::RuntimeCatalog;  // Never freed: it lives as long as the process.
  // The bytes are ours and were checked by the build; a mismatch is a broken binary.
  if (!catalog->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) std::abort();
  return catalog;
}

bool Holds(const google::protobuf::RepeatedPtrField<std::string>& list, absl::string_view text) {
  return std::any_of(list.begin(), list.end(), [&](const std::string& item) { return item == text; });
}

absl::Status UnknownLanguage(absl::string_view name) {
  std::vector<absl::string_view> names;
  std::vector<absl::string_view> names_and_aliases;
  for (const v1::Runtime& runtime : Catalog().runtimes()) {
    names.push_back(runtime.name());
    names_and_aliases.push_back(runtime.name());
    names_and_aliases.insert(names_and_aliases.end(), runtime.aliases().begin(), runtime.aliases().end());
  }
  return absl::NotFoundError(absl::StrCat("no language ", Quoted(name), DidYouMean(name, names_and_aliases),
                                          " (known: ", absl::StrJoin(names, ", "), ")"));
}

}  // namespace

const v1::RuntimeCatalog& Catalog() {
  static const v1::RuntimeCatalog* const catalog = ParseCatalog();
  return *catalog;
}

absl::StatusOr<const v1::Runtime*> FindLanguage(absl::string_view name) {
  const std::string lower = absl::AsciiStrToLower(name);
  for (const v1::Runtime& runtime : Catalog().runtimes()) {
    if (runtime.name() == lower || Holds(runtime.aliases(), lower)) return &runtime;
  }
  return UnknownLanguage(name);
}

const v1::Runtime* FindByExtension(absl::string_view path) {
  const absl::string_view file = path.substr(path.rfind('/') + 1);
  const size_t dot = file.rfind('.');
  if (dot == absl::string_view::npos || dot == 0) return nullptr;
  const std::string extension = absl::AsciiStrToLower(file.substr(dot + 1));
  for (const v1::Runtime& runtime : Catalog().runtimes()) {
    if (Holds(runtime.extensions(), extension)) return &runtime;
  }
  return nullptr;
}

std::vector<const v1::SourceFile*> LoaderFiles(const v1::ParkedStart& parked) {
  std::vector<const v1::SourceFile*> files;
  for (const v1::SourceFile& file : Catalog().loaders()) {
    if (file.path() == parked.loader() || Holds(parked.foreseen(), file.path())) files.push_back(&file);
  }
  return files;
}

}  // namespace jail::resolve
