# How everything is compiled and linked, whatever it is.
find_program(SPANWIRE_CCACHE ccache)
if(SPANWIRE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${SPANWIRE_CCACHE})
endif()
find_program(SPANWIRE_MOLD mold)
if(SPANWIRE_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(spanwire_warnings INTERFACE)
target_compile_options(spanwire_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  -Wno-unused-parameter -Wno-missing-field-initializers $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>)
option(SPANWIRE_WERROR "Treat warnings as errors" ON)
if(SPANWIRE_WERROR)
  target_compile_options(spanwire_warnings INTERFACE -Werror)
endif()

if(SPANWIRE_SANITIZE)
  add_compile_options(-fsanitize=${SPANWIRE_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SPANWIRE_SANITIZE})
endif()

# Counters are atomic, since most of what is counted runs on several threads.
if(SPANWIRE_COVERAGE)
  add_compile_options(--coverage -fprofile-update=atomic)
  add_link_options(--coverage)
endif()

# ThreadSanitizer cannot look into Debian's abseil: tsan_absl_mutex.cc tells it what the locks order.
if(SPANWIRE_SANITIZE MATCHES "thread")
  # Asio's fences are known to ThreadSanitizer through the locks around them.
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
  find_package(absl CONFIG REQUIRED)
  add_library(spanwire_tsan_absl STATIC ${CMAKE_CURRENT_LIST_DIR}/tsan_absl_mutex.cc)
  target_link_libraries(spanwire_tsan_absl PRIVATE absl::synchronization)
  file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/tsan_absl_mutex.cc wraps REGEX "^SPANWIRE_WRAP")
  foreach(wrap IN LISTS wraps)
    string(REGEX REPLACE "^SPANWIRE_WRAP\\([a-z]+, ([A-Za-z0-9_]+).*" "-Wl,--wrap=\\1" option "${wrap}")
    target_link_options(spanwire_tsan_absl INTERFACE ${option})
  endforeach()
  # Not a part of what is installed.
  link_libraries($<BUILD_INTERFACE:spanwire_tsan_absl>)
endif()
