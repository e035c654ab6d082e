// The two macros of this code base: early returns for absl::Status and absl::StatusOr.
// The public name of a thing that fails says what failed; these only carry it upwards.
#ifndef JAIL_BASE_STATUS_MACROS_H_
#define JAIL_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// JAIL_RETURN_IF_ERROR(CheckName(job.job_id()));
#define JAIL_RETURN_IF_ERROR(expression)         \
  do {                                           \
    absl::Status jail_status_ = (expression);    \
    if (!jail_status_.ok()) return jail_status_; \
  } while (false)

// JAIL_ASSIGN_OR_RETURN(const v1::Runtime* runtime, FindRuntime(name));
#define JAIL_ASSIGN_OR_RETURN(declaration, expression) \
  JAIL_ASSIGN_OR_RETURN_(JAIL_CONCAT_(jail_status_or_, __LINE__), declaration, expression)

#define JAIL_ASSIGN_OR_RETURN_(holder, declaration, expression) \
  auto holder = (expression);                                   \
  if (!holder.ok()) return std::move(holder).status();          \
  declaration = std::move(holder).value()

#define JAIL_CONCAT_(a, b) JAIL_CONCAT_INNER_(a, b)
#define JAIL_CONCAT_INNER_(a, b) a##b

#endif  // JAIL_BASE_STATUS_MACROS_H_
