# Headers that most files read (the standard library, Abseil, protobuf, GoogleTest) are parsed once per build, not
# once per file. Every file still includes what it uses: clang-tidy reads each without them (tools/lint).
option(JAIL_PRECOMPILE "Parse common headers once" ON)

function(jail_precompiled_owner owner)
  if(JAIL_PRECOMPILE)
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/gen/${owner}.cc CONTENT "")
    add_library(${owner} OBJECT ${CMAKE_BINARY_DIR}/gen/${owner}.cc)
    target_link_libraries(${owner} PRIVATE jail_flags jail_proto absl::status absl::statusor absl::strings
      absl::str_format absl::time absl::span)
    set_target_properties(${owner} PROPERTIES JAIL_PRECOMPILED_OWNER ON)
    target_precompile_headers(${owner} PRIVATE <algorithm> <cerrno> <cstdint> <cstring> <filesystem> <fstream> <map>
      <memory> <optional> <set> <sstream> <string> <utility> <vector>
      <absl/status/statusor.h> <absl/strings/ascii.h> <absl/strings/escaping.h> <absl/strings/match.h>
      <absl/strings/numbers.h> <absl/strings/str_cat.h> <absl/strings/str_format.h> <absl/strings/str_join.h>
      <absl/strings/str_split.h> <absl/strings/strip.h> <absl/time/time.h> <absl/types/span.h>
      <jail/v1/job.pb.h> <jail/v1/result.pb.h> ${ARGN})
  endif()
endfunction()

# jail_precompiled(OWNER TARGET...)
function(jail_precompiled owner)
  if(JAIL_PRECOMPILE)
    foreach(target ${ARGN})
      target_precompile_headers(${target} REUSE_FROM ${owner})
      target_link_libraries(${target} PRIVATE jail_proto)  # Where the headers are.
    endforeach()
  endif()
endfunction()

# jail_test_code(TARGET...): links GoogleTest, is compiled quickly.
function(jail_test_code)
  foreach(target ${ARGN})
    set_target_properties(${target} PROPERTIES JAIL_TEST_CODE ON)
    target_link_libraries(${target} PUBLIC jail_flags GTest::gmock GTest::gtest)
  endforeach()
  jail_precompiled(jail_common_tests ${ARGN})
endfunction()
