# spanwire_embed_web(target) compiles the files of web/client and web/console into a target, which then has
# FindEmbeddedFile() of bridge/transport/embedded_files.h. Rebuilt when one of them changes, comes or goes. Needs nothing
# but CMake: this file, run as a script, also writes the C++ source.
#
# Comments stay in the repository: the browser gets the JavaScript without them, a third smaller.
cmake_minimum_required(VERSION 3.25)
set(SPANWIRE_EMBED_WEB_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(spanwire_web_files result root)
  file(GLOB files ${ARGN} ${root}/client/*.js ${root}/console/*.html ${root}/console/*.css
    ${root}/console/*.js ${root}/console/*.svg)
  set(${result} ${files} PARENT_SCOPE)
endfunction()

function(spanwire_embed_web target)
  set(root ${PROJECT_SOURCE_DIR}/web)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${target}_web_files.cc)
  cmake_path(REPLACE_EXTENSION SPANWIRE_EMBED_WEB_SCRIPT LAST_ONLY cc.in OUTPUT_VARIABLE template)
  spanwire_web_files(files ${root} CONFIGURE_DEPENDS)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DWEB_ROOT=${root} -DTEMPLATE=${template} -DOUTPUT=${output} -P ${SPANWIRE_EMBED_WEB_SCRIPT}
    DEPENDS ${files} ${template} ${SPANWIRE_EMBED_WEB_SCRIPT}
    COMMENT "Embedding web/" VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()

# ---- As a script

# The path of the URL: the console's page is the root, what only it needs lies beside it.
function(url_path result file)
  cmake_path(RELATIVE_PATH file BASE_DIRECTORY ${WEB_ROOT} OUTPUT_VARIABLE path)
  if(path STREQUAL "console/index.html")
    set(path "")
  elseif(path STREQUAL "console/favicon.svg")
    set(path "favicon.svg")
  endif()
  set(${result} "/${path}" PARENT_SCOPE)
endfunction()

function(content_type result file)
  set(.html "text/html; charset=utf-8")
  set(.css "text/css; charset=utf-8")
  set(.js "text/javascript; charset=utf-8")
  set(.svg "image/svg+xml")
  cmake_path(GET file EXTENSION LAST_ONLY extension)
  set(${result} "${${extension}}" PARENT_SCOPE)
endfunction()

# Block comments of JSDoc and lines that are nothing but a comment.
function(strip_comments result text)
  string(REGEX REPLACE "/\\*\\*([^*]|\\*+[^*/])*\\*+/" "" text "${text}")
  string(REGEX REPLACE "\n[ \t]*//[^\n]*" "" text "\n${text}")
  string(REGEX REPLACE "[ \t]*\n([ \t]*\n)*" "\n" text "${text}")
  string(STRIP "${text}" text)
  set(${result} "${text}\n" PARENT_SCOPE)
endfunction()

function(write_source)
  set(entries "")
  spanwire_web_files(files ${WEB_ROOT})
  foreach(file IN LISTS files)
    url_path(path "${file}")
    content_type(type "${file}")
    file(READ "${file}" text)
    if(file MATCHES "\\.js$")
      strip_comments(text "${text}")
    endif()
    string(SHA256 hash "${text}")
    string(SUBSTRING "${hash}" 0 16 hash)
    string(HEX "${text}" bytes)
    string(REGEX REPLACE "(..)" "\\\\x\\1" bytes "${bytes}")
    string(REGEX REPLACE "(\\\\x..\\\\x..\\\\x..\\\\x..\\\\x..\\\\x..\\\\x..\\\\x..\\\\x..\\\\x..\\\\x..\\\\x..)" "\\1\"\n     \"" bytes "${bytes}")
    string(APPEND entries "    {\"${path}\", \"${type}\",\n     \"${bytes}\"sv,\n     \"\\\"${hash}\\\"\"},\n")
  endforeach()
  file(READ ${TEMPLATE} source)
  string(CONFIGURE "${source}" source @ONLY)
  file(WRITE ${OUTPUT} "${source}")
endfunction()

if(CMAKE_SCRIPT_MODE_FILE)
  write_source()
endif()
