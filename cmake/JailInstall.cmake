# What `make install` installs (tools/install does it). The installed jailrun and jaild are the same objects linked
# once more, with the helper's final path instead of the build tree's: built only when asked for.
set(JAIL_LAUNCHER_PATH /usr/local/libexec/jailrun/jail-launch CACHE STRING
  "Where the installed jailrun finds its helper: absolute")
if(TARGET jailrun AND TARGET jail-launch)
  add_executable(jailrun_installed EXCLUDE_FROM_ALL $<TARGET_OBJECTS:jailrun> jail/launcher_path.cc)
  target_compile_definitions(jailrun_installed PRIVATE JAIL_LAUNCHER_PATH="${JAIL_LAUNCHER_PATH}")
  target_link_libraries(jailrun_installed PRIVATE $<TARGET_PROPERTY:jailrun,LINK_LIBRARIES>)
  jail_static(jailrun_installed)
  set_target_properties(jailrun_installed PROPERTIES
    OUTPUT_NAME jailrun RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/installed)
  add_executable(jaild_installed EXCLUDE_FROM_ALL $<TARGET_OBJECTS:jaild> jail/launcher_path.cc)
  target_compile_definitions(jaild_installed PRIVATE JAIL_LAUNCHER_PATH="${JAIL_LAUNCHER_PATH}")
  target_link_libraries(jaild_installed PRIVATE $<TARGET_PROPERTY:jaild,LINK_LIBRARIES>)
  jail_in_order(jaild_installed)
  set_target_properties(jaild_installed PROPERTIES
    OUTPUT_NAME jaild RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/installed)
endif()
