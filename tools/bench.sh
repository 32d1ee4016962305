#!/usr/bin/env bash
# bench.sh [--micro] [ARGS]: builds with optimisation and without tests, then measures: the bridge beside the floor, or
# with --micro single folders (ARGS go to Google Benchmark). docs/performance.md says what is measured and how.
source "$(dirname "$0")/project.sh"

tools/install-deps.sh bench
if [[ ${1:-} != --micro ]]; then
  tools/build.sh bench spanwire-bridge fanout_load publish_load floor
  exec bench/run.py "$@"
fi
shift
micro=(frame_reader_bench schema_bench broker_bench)
tools/build.sh bench "${micro[@]}"
for bench in "${micro[@]}"; do
  say "$bench"
  "build/bench/bin/$bench" "$@"
done
