#!/usr/bin/env bash
# test.sh [ARGUMENTS OF CTEST...]: builds the release with its tests and runs them all.
source "$(dirname "$0")/project.sh"

tools/install-deps.sh test
tools/install-node-packages.sh
tools/build.sh release
say "Testing"
ctest --test-dir build/release --output-on-failure --parallel "$(nproc)" "$@"
