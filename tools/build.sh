#!/usr/bin/env bash
# build.sh PRESET [TARGET...]: configures build/PRESET and builds the targets (default: all).
source "$(dirname "$0")/project.sh"

preset=${1:?usage: build.sh PRESET [TARGET...]}
shift
build="build/$preset"
mkdir -p "$build"
# Each time: it takes a second, and sees what was installed since.
cmake --preset "$preset" >"$build/configure.log" 2>&1 || {
  cat "$build/configure.log" >&2
  fail "CMake could not configure $build: the lines above say why"
}
say "Building ${*:-everything} in $build"
targets=()
[[ $# -eq 0 ]] || targets=(--target "$@")
NINJA_STATUS='[%f/%t, %es] ' cmake --build "$build" ${JOBS:+--parallel "$JOBS"} "${targets[@]}"
