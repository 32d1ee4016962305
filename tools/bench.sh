#!/usr/bin/env bash
# bench.sh [ARGUMENTS OF bench/run.py...]: builds with optimisation and without tests, then measures the bridge beside the
# floor. bench.sh --micro [ARGUMENTS OF GOOGLE BENCHMARK...]: single folders instead. docs/performance.md says what it all
# means.
source "$(dirname "$0")/project.sh"

tools/install-deps.sh bench
if [[ ${1:-} == --micro ]]; then
  shift
  mapfile -t micro < <(sed -n 's/^spanwire_micro_bench(\([a-z_]*\) .*/\1/p' bench/CMakeLists.txt)
  tools/build.sh bench "${micro[@]}"
  for bench in "${micro[@]}"; do "build/bench/bin/$bench" "$@"; done
else
  tools/build.sh bench spanwire-bridge fanout_load publish_load floor
  exec bench/run.py "$@"
fi
