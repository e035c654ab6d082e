# Language level, warnings, hardening and sanitizers for every target of ours.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # The sloppiness is what ccache asks for when headers are precompiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()

# "", "address,undefined", "fuzzer-no-link,address,undefined" (clang): see CMakePresets.json.
set(JAIL_SANITIZE "" CACHE STRING "Sanitizers for all of our code")

# Tests are compiled quickly; the libraries they test keep their flags. See jail_test_code().
set(is_test $<BOOL:$<TARGET_PROPERTY:JAIL_TEST_CODE>>)

# Six files of a target are compiled as one: what they include is read, and its templates made, once. 4:19 -> 2:45 min
# (release), a third of the time with sanitizers. Off where a file must stand alone: what clang-tidy reads.
option(JAIL_UNITY "Compile several files at once" ON)
set(CMAKE_UNITY_BUILD ${JAIL_UNITY})
set(CMAKE_UNITY_BUILD_BATCH_SIZE 6)

# What every target of ours links: warnings are errors, release builds are hardened.
add_library(jail_flags INTERFACE)
target_include_directories(jail_flags INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/gen)
target_compile_options(jail_flags INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast
  -Werror -fstack-protector-strong -fno-omit-frame-pointer $<${is_test}:-O0$<SEMICOLON>-g1>)
if(CCACHE AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # ccache asks for it; but not where the headers themselves are compiled: there it would have ccache look at the
  # outcome of the last time instead of at the headers, and keep that.
  target_compile_options(jail_flags INTERFACE
    $<$<NOT:$<BOOL:$<TARGET_PROPERTY:JAIL_PRECOMPILED_OWNER>>>:-fpch-preprocess>)
endif()
target_compile_definitions(jail_flags INTERFACE JAIL_VERSION="${PROJECT_VERSION}")
if(JAIL_SANITIZE)
  target_compile_options(jail_flags INTERFACE -fsanitize=${JAIL_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(jail_flags INTERFACE -fsanitize=${JAIL_SANITIZE})
else()
  target_compile_options(jail_flags INTERFACE
    $<$<NOT:$<OR:$<CONFIG:Debug>,${is_test}>>:-D_FORTIFY_SOURCE=2> -fstack-clash-protection -fcf-protection)
  target_link_options(jail_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
endif()

# Debug information goes into TARGET.debug, where gdb looks for it by itself. The linker, and objcopy in place, write
# piecemeal: the page cache then holds the file in single pages, and each page fault costs 3 us. A new file
# written in order lies there in large folios: 0.4 us. `jailrun version`: 40 faults, not 77, and 0.2 ms less.
find_program(JAIL_OBJCOPY objcopy REQUIRED)  # LLVM's refuses GNU ld's static binaries (.rela.plt).
function(jail_in_order target)
  set(file $<TARGET_FILE:${target}>)
  add_custom_command(TARGET ${target} POST_BUILD VERBATIM
    COMMAND ${JAIL_OBJCOPY} --only-keep-debug ${file} ${file}.debug
    COMMAND ${JAIL_OBJCOPY} --strip-debug --add-gnu-debuglink=${file}.debug ${file} ${file}.new
    COMMAND ${CMAKE_COMMAND} -E rename ${file}.new ${file})
endfunction()

# Binaries that start once per run are static: start-up is 3 to 5 times faster.
function(jail_static target)
  if(JAIL_SANITIZE)
    return()
  endif()
  target_link_options(${target} PRIVATE -static)
  jail_in_order(${target})
endfunction()

# The helper starts once per run and is linked with musl: glibc's static start-up asks the processor for
# its caches with 41 CPUID instructions, each of which leaves a virtual machine: 0.35 ms here.
# Debian's musl-dev has the C library and its headers, g++ the C++ headers, /usr/include the kernel's.
# Sanitizers need glibc.
function(jail_musl target)
  if(JAIL_SANITIZE)
    return()
  endif()
  set(kernel ${CMAKE_BINARY_DIR}/gen/kernel_headers)
  file(MAKE_DIRECTORY ${kernel})
  foreach(name linux asm asm-generic)
    find_path(JAIL_KERNEL_${name} ${name}/types.h PATHS /usr/include/${CMAKE_LIBRARY_ARCHITECTURE} REQUIRED)
    file(CREATE_LINK ${JAIL_KERNEL_${name}}/${name} ${kernel}/${name} SYMBOLIC)
  endforeach()
  find_path(JAIL_MUSL_INCLUDE bits/alltypes.h PATHS /usr/include/${CMAKE_SYSTEM_PROCESSOR}-linux-musl
    NO_DEFAULT_PATH REQUIRED DOC "musl-dev")
  set(lib /usr/lib/${CMAKE_SYSTEM_PROCESSOR}-linux-musl)
  set(includes ${CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES})
  list(FILTER includes INCLUDE REGEX "/c\\+\\+/")
  list(APPEND includes ${JAIL_MUSL_INCLUDE} ${kernel})
  # __GLIBC_PREREQ: libstdc++'s own configuration asks for it, having been built for glibc.
  target_compile_options(${target} PRIVATE -nostdinc "SHELL:-isystem $<JOIN:${includes}, -isystem >"
    "-D__GLIBC_PREREQ(a,b)=0" -fPIE)
  target_link_options(${target} PRIVATE -static-pie -nostdlib ${lib}/rcrt1.o ${lib}/crti.o)
  target_link_libraries(${target} PRIVATE ${lib}/libc.a gcc ${lib}/crtn.o)
  jail_in_order(${target})
endfunction()
