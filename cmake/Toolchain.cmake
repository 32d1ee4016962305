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
  -Wno-unused-parameter $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>)
option(SPANWIRE_WERROR "Treat warnings as errors" ON)
if(SPANWIRE_WERROR)
  target_compile_options(spanwire_warnings INTERFACE -Werror)
endif()

if(SPANWIRE_SANITIZE)
  add_compile_options(-fsanitize=${SPANWIRE_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SPANWIRE_SANITIZE})
endif()
