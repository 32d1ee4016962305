#!/usr/bin/env bash
# bench.sh: builds with optimisation and without tests, then measures. docs/performance.md says what is measured and how.
source "$(dirname "$0")/project.sh"

tools/install-deps.sh bench
tools/build.sh bench
if [[ -x bench/run.sh ]]; then
  bench/run.sh "$@"
fi
