#!/usr/bin/env bash
# soak.sh [FILE...]: the tests of tests/soak (default: all, one after the other), each for SOAK_SECONDS (default 600).
# Where one fails it names its seed; SOAK_SEED repeats the choices of that run.
source "$(dirname "$0")/project.sh"

export SOAK_SECONDS=${SOAK_SECONDS:-600}
export SPANWIRE_BIN=$ROOT/build/release/bin
export SPANWIRE_BRIDGE=$SPANWIRE_BIN/spanwire-bridge
tools/install-deps.sh build node
tools/install-node-packages.sh
tools/build.sh release spanwire-bridge spanwire numbered_publisher
files=("$@")
[[ $# -gt 0 ]] || files=(tests/soak/*.test.mjs)
for file in "${files[@]}"; do
  say "$file for $SOAK_SECONDS s"
  node --test "$file"
done
