# spanwire_embed_web(target) compiles the files of web/ into a target, which then has FindEmbeddedFile() of
# bridge/transport/embedded_files.h. Rebuilt when one of them changes, comes or goes. Needs nothing but CMake: this file,
# run as a script, also writes the C++ source.
#
# Comments and indentation stay in the repository. The modules of web/client are served as one, /client/spanwire.js: one
# request rather than a chain of them, and smaller. `cmake -DWEB_ROOT=web -DBUNDLE=FILE -P EmbedWeb.cmake` writes just that.
cmake_minimum_required(VERSION 3.25)
set(SPANWIRE_EMBED_WEB_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(spanwire_web_files result root)
  file(GLOB files ${ARGN} ${root}/client/*.js ${root}/integrations/*.js ${root}/console/*.html
    ${root}/console/*.css ${root}/console/*.js ${root}/console/*.svg)
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

# The modules of the client, each after those that it imports.
set(CLIENT_MODULES timer backoff listeners cursor subscriptions credentials event_stream websocket_transport
  http_transport http_link catch_up redial websocket_link page_events connection spanwire)

# Block comments of JSDoc, comments at the end of a line after two spaces, and lines that are nothing but a comment.
function(strip_comments result text)
  string(REGEX REPLACE "/\\*\\*([^*]|\\*+[^*/])*\\*+/" "" text "${text}")
  string(REGEX REPLACE "\n[ \t]*//[^\n]*" "" text "\n${text}")
  string(REGEX REPLACE "  //[^\n]*" "" text "${text}")
  string(REGEX REPLACE "[ \t]*\n[ \t\n]*" "\n" text "${text}")
  string(STRIP "${text}" text)
  set(${result} "${text}\n" PARENT_SCOPE)
endfunction()

set(LETTERS a b c d e f g h i j k l m n o p q r s t u v w x y z A B C D E F G H I J K L M N O P Q R S T U V W X Y Z)

# Private names of one module become letters (`#subscriptions`, `#c`), the same ones in each module, which compresses best.
function(shorten_privates result text)
  string(REGEX MATCHALL "#[a-z][A-Za-z]+" names "${text}")
  list(REMOVE_DUPLICATES names)
  set(letters ${LETTERS})
  foreach(name IN LISTS names)
    list(POP_FRONT letters letter)
    if(letter STREQUAL "")
      message(FATAL_ERROR "A module of web/client has too many private names: split it")
    endif()
    string(REGEX REPLACE "${name}([^A-Za-z])" "#${letter}\\1" text "${text}")
  endforeach()
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

# Constants of the modules (`FAILURES_BEFORE_HTTP`) and classes and functions that are not exported lose their names, too.
function(shorten_globals result text)
  string(REGEX MATCHALL "\n(const [A-Z][A-Z_]+ =|(class|(async )?function) [A-Za-z]+)" names "${text}")
  list(TRANSFORM names REPLACE "\n(const|class|async function|function) ([A-Za-z_]+).*" "\\2")
  set(letters ${LETTERS})
  list(TRANSFORM letters PREPEND _ OUTPUT_VARIABLE more)
  list(APPEND letters ${more})
  foreach(name IN LISTS names)
    list(POP_FRONT letters letter)
    string(REGEX REPLACE "([^A-Za-z_'\"])${name}([^A-Za-z_'\"])" "\\1K${letter}\\2" text "${text}")
  endforeach()
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

# Names of members and variables that only the client's own modules use, those that save most first: no string, nothing of
# the API, of the protocol or of the browser's own objects is called so. The bundle's test tells where that is not so.
set(INTERNAL_NAMES position refused request ending late epoch options subscriptions resolve response clear names cookies
  redial isFailing isStarted isHopeless isPlanned isTrying isUp areRenewable announced declined listener farewell
  deadline returned leave handler accepted handlers removals again provided isProblem deliver silence isLate own remove
  group up start behind cursors low unwanted exchange next streams probe endpoint allow down asked had count asks answered
  began trying short unsubscribed subscribed needsHttp alone retryAfterMs takeDeclined nextPoll rewind planRenewal
  cancelRenewal greeted everyMs controller suspend frames advance dial reached known pause early renew reset cancel
  alive carried others reject received run)

# To one letter while there are some, then to two.
function(shorten_internals result text)
  set(letters ${LETTERS})
  list(REMOVE_ITEM letters i)
  set(more ${LETTERS})
  list(TRANSFORM more PREPEND N)
  list(APPEND letters ${more})
  foreach(name IN LISTS INTERNAL_NAMES)
    list(POP_FRONT letters letter)
    foreach(_ RANGE 1)  # twice: of two that share what parts them, only the first is found
      string(REGEX REPLACE "([^A-Za-z_])${name}([^A-Za-z_])" "\\1${letter}\\2" text "${text}")
    endforeach()
  endforeach()
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

# Words that have a shorter one.
function(shorten_words result text)
  string(REGEX REPLACE "([^A-Za-z ])const ([A-Za-z])" "\\1let \\2" text "${text}")
  string(REGEX REPLACE "([^A-Za-z])const([[{])" "\\1let\\2" text "${text}")
  string(REGEX REPLACE "([^A-Za-z])true([^A-Za-z])" "\\1!0\\2" text "${text}")
  string(REGEX REPLACE "([^A-Za-z])false([^A-Za-z])" "\\1!1\\2" text "${text}")
  string(REPLACE "return !" "return!" text "${text}")
  string(REPLACE "return undefined" "return" text "${text}")
  string(REGEX REPLACE "([^A-Za-z])undefined([^A-Za-z])" "\\1void 0\\2" text "${text}")
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

# Spaces around operators, keywords and brackets, after commas and the names of properties, the last semicolon or comma in
# braces, brackets around the one parameter of an arrow function, and ends of lines where nothing else ends. The strings of the client have none of them.
function(strip_spaces result text)
  string(REGEX REPLACE " (=>|===|!==|&&|[|][|]|[?][?]=?|[?]|:|=|[+]=|[-+*/<>]|>=|<=) " "\\1" text "${text}")
  string(REPLACE ", " "," text "${text}")
  string(REPLACE "{ " "{" text "${text}")
  string(REPLACE " }" "}" text "${text}")
  string(REPLACE " {" "{" text "${text}")
  string(REGEX REPLACE " ?=>\n" "=>" text "${text}")
  string(REGEX REPLACE "([;{},([])\n" "\\1" text "${text}")
  string(REGEX REPLACE "\n([&|?:.])" "\\1" text "${text}")
  string(REGEX REPLACE "[;,]}" "}" text "${text}")
  string(REGEX REPLACE "} (else|catch|finally|of)" "}\\1" text "${text}")
  string(REGEX REPLACE "([^A-Za-z])(if|for|while|catch|return|const) ([([{!])" "\\1\\2\\3" text "${text}")
  string(REGEX REPLACE "[)] (return|this|throw|for|if|await|[A-Za-z]+[.(;])" ")\\1" text "${text}")
  string(REGEX REPLACE "([=(,:?&|>])[(]([A-Za-z]+)[)]=>" "\\1\\2=>" text "${text}")
  string(REGEX REPLACE "([=(,]) +" "\\1" text "${text}")
  string(REGEX REPLACE "([{,][A-Za-z_]+): " "\\1:" text "${text}")
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

# One module of them all, which exports what the last one does.
function(bundle_client result)
  file(GLOB found RELATIVE ${WEB_ROOT}/client ${WEB_ROOT}/client/*.js)
  list(TRANSFORM CLIENT_MODULES APPEND .js OUTPUT_VARIABLE listed)
  list(REMOVE_ITEM found ${listed})
  if(found)
    message(FATAL_ERROR "CLIENT_MODULES of EmbedWeb.cmake lacks ${found}")
  endif()
  set(bundle "")
  foreach(module IN LISTS listed)
    file(READ ${WEB_ROOT}/client/${module} text)
    strip_comments(text "${text}")
    string(REGEX REPLACE "(^|\n)import [^\n]*;" "" text "${text}")
    if(NOT module STREQUAL "spanwire.js")
      string(REGEX REPLACE "(^|\n)export " "\\1" text "${text}")
    endif()
    shorten_privates(text "${text}")
    string(APPEND bundle "${text}")
  endforeach()
  shorten_globals(bundle "\n${bundle}")
  shorten_internals(bundle "${bundle}")
  strip_comments(bundle "${bundle}")
  strip_spaces(bundle "${bundle}")
  shorten_words(bundle "${bundle}")
  set(${result} "${bundle}" PARENT_SCOPE)
endfunction()

# In hexadecimal digits, and the same for the same text: without the time.
function(gzip result text)
  file(WRITE ${OUTPUT}.plain "${text}")
  file(ARCHIVE_CREATE OUTPUT ${OUTPUT}.gz PATHS ${OUTPUT}.plain FORMAT raw COMPRESSION GZip COMPRESSION_LEVEL 9)
  file(READ ${OUTPUT}.gz bytes HEX)
  file(REMOVE ${OUTPUT}.plain ${OUTPUT}.gz)
  string(SUBSTRING "${bytes}" 0 8 head)
  string(SUBSTRING "${bytes}" 16 -1 tail)
  set(${result} "${head}00000000${tail}" PARENT_SCOPE)
endfunction()

# Of C++, from hexadecimal digits.
function(string_literal result bytes)
  string(REGEX REPLACE "(..)" "\\\\x\\1" bytes "${bytes}")
  string(REGEX REPLACE "(\\\\x..\\\\x..\\\\x..\\\\x..\\\\x..\\\\x..\\\\x..\\\\x..\\\\x..\\\\x..\\\\x..\\\\x..)" "\\1\"\n     \"" bytes "${bytes}")
  set(${result} "\"${bytes}\"" PARENT_SCOPE)
endfunction()

function(write_source)
  set(entries "")
  spanwire_web_files(files ${WEB_ROOT})
  foreach(file IN LISTS files)
    url_path(path "${file}")
    content_type(type "${file}")
    if(path MATCHES "^/client/" AND NOT path STREQUAL "/client/spanwire.js")
      continue()
    endif()
    file(READ "${file}" text)
    if(path STREQUAL "/client/spanwire.js")
      bundle_client(text)
    elseif(file MATCHES "\\.js$")
      strip_comments(text "${text}")
    endif()
    string(SHA256 hash "${text}")
    string(SUBSTRING "${hash}" 0 16 hash)
    string(HEX "${text}" bytes)
    gzip(zipped "${text}")
    string_literal(bytes "${bytes}")
    string_literal(zipped "${zipped}")
    string(APPEND entries
      "    {\"${path}\", \"${type}\",\n     ${bytes}sv,\n     ${zipped}sv,\n     \"\\\"${hash}\\\"\"},\n")
  endforeach()
  file(READ ${TEMPLATE} source)
  string(CONFIGURE "${source}" source @ONLY)
  file(WRITE ${OUTPUT} "${source}")
endfunction()

if(CMAKE_SCRIPT_MODE_FILE AND BUNDLE)
  bundle_client(bundle)
  file(WRITE ${BUNDLE} "${bundle}")
elseif(CMAKE_SCRIPT_MODE_FILE)
  write_source()
endif()
