# spanwire_node_test(name LABEL label FILES globs [EXCEPT globs]) runs files with node's own test runner. They find the programs under
# test by SPANWIRE_BRIDGE and, for all of them, the folder SPANWIRE_BIN. Needs `npm ci` in tests/browser; without it the fixture fails and says so.
find_program(SPANWIRE_NODE NAMES node nodejs)

function(spanwire_node_test name)
  cmake_parse_arguments(ARG "" "LABEL" "FILES;EXCEPT" ${ARGN})
  file(GLOB files CONFIGURE_DEPENDS ${ARG_FILES})
  if(ARG_EXCEPT)
    file(GLOB others CONFIGURE_DEPENDS ${ARG_EXCEPT})
    list(REMOVE_ITEM files ${others})
  endif()
  if(NOT files)
    return()
  endif()
  add_test(NAME ${name} COMMAND ${SPANWIRE_NODE} --test ${files} WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES
    LABELS ${ARG_LABEL}
    FIXTURES_REQUIRED node_modules
    ENVIRONMENT "SPANWIRE_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY};SPANWIRE_BRIDGE=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/spanwire-bridge"
    TIMEOUT 240)
endfunction()

get_property(checked GLOBAL PROPERTY SPANWIRE_NODE_MODULES_CHECKED)
if(NOT checked)
  set_property(GLOBAL PROPERTY SPANWIRE_NODE_MODULES_CHECKED TRUE)
  add_test(NAME node_modules COMMAND ${CMAKE_COMMAND} -DNODE=${SPANWIRE_NODE}
    -P ${PROJECT_SOURCE_DIR}/tests/browser/CheckNodeModules.cmake)
  set_tests_properties(node_modules PROPERTIES LABELS "browser;interop" FIXTURES_SETUP node_modules)
endif()
