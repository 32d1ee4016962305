# Says what is missing before tests fail for want of it.
if(NOT NODE)
  message(FATAL_ERROR "No node: install Debian's nodejs and npm (18.20 or newer), then configure again.")
endif()
if(NOT EXISTS ${CMAKE_CURRENT_LIST_DIR}/node_modules/.package-lock.json)
  message(FATAL_ERROR "The test packages are missing: run `npm ci` in tests/browser, or `make test`, which does.")
endif()
