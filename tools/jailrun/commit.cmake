# Writes commit.h with the commit this tree is at, at every build, but touches it only when it changed.
# cmake -DSOURCE_DIR=... -DOUTPUT=... -P commit.cmake
execute_process(COMMAND git -C ${SOURCE_DIR} describe --always --dirty --abbrev=12 --exclude=*
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed OR NOT commit)
  set(commit unknown)  # A source archive.
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "#define JAIL_COMMIT \"${commit}\"\n")
