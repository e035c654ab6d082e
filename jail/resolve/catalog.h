// The languages this build knows: runtimes/*/runtime.textproto, checked and compiled in by runtimec.
#ifndef JAIL_RESOLVE_CATALOG_H_
#define JAIL_RESOLVE_CATALOG_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jail/v1/plan.pb.h"
#include "jail/v1/runtime.pb.h"

namespace jail::resolve {

// The serialized RuntimeCatalog; generated.
absl::string_view CatalogBytes();

// Parsed on first use and then constant; sorted by name.
const v1::RuntimeCatalog& Catalog();

// By name or alias, case ignored. NotFoundError suggests the nearest name.
absl::StatusOr<const v1::Runtime*> FindLanguage(absl::string_view name);

// By the extension of a file's name: "a/b.py" is Python. Null when no language has it.
const v1::Runtime* FindByExtension(absl::string_view path);

// What is in /app for a runtime's start: its loader, if it has one, and what is foreseen.
std::vector<const v1::SourceFile*> LoaderFiles(const v1::ParkedStart& parked);

}  // namespace jail::resolve

#endif  // JAIL_RESOLVE_CATALOG_H_
