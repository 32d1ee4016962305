#!/usr/bin/env bash
# build.sh PRESET [TARGET...]: configures build/PRESET where that is due, and builds the targets (default: all).
source "$(dirname "$0")/project.sh"

preset=${1:?usage: build.sh PRESET [TARGET...]}
shift
build="build/$preset"
# Changes of CMake files are seen by the build itself; those of presets are not.
if [[ ! -f $build/build.ninja || CMakePresets.json -nt $build/CMakeCache.txt ]]; then
  say "Configuring $build"
  mkdir -p "$build"
  cmake --preset "$preset" >"$build/configure.log" 2>&1 || {
    cat "$build/configure.log" >&2
    fail "CMake could not configure $build: the lines above say why"
  }
  touch "$build/CMakeCache.txt"
fi
say "Building ${*:-everything} in $build"
targets=()
[[ $# -eq 0 ]] || targets=(--target "$@")
NINJA_STATUS='[%f/%t, %es] ' cmake --build "$build" ${JOBS:+--parallel "$JOBS"} "${targets[@]}"
