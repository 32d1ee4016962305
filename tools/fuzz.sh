#!/usr/bin/env bash
# fuzz.sh [TARGET...]: runs each fuzzer (default: all) for FUZZ_SECONDS (default 60). What it discovers on the way is kept
# in build/fuzz/corpus, what breaks the code in build/fuzz/broken; the seeds in tests/fuzz/corpus stay as they are.
source "$(dirname "$0")/project.sh"

seconds=${FUZZ_SECONDS:-60}
targets=("$@")
if [[ $# -eq 0 ]]; then
  mapfile -t targets < <(sed -n 's/^spanwire_fuzzer(\([a-z0-9_]*\).*/\1/p' tests/fuzz/CMakeLists.txt)
fi
tools/install-deps.sh fuzz
tools/build.sh fuzz "${targets[@]}"

# fuzz TARGET: false when it broke something.
fuzz() {
  local target=$1 found=build/fuzz/corpus/$1 log=build/fuzz/$1.log seeds=tests/fuzz/corpus/$1
  mkdir -p "$found" build/fuzz/broken
  local corpus=("$found")
  [[ ! -d $seeds ]] || corpus+=("$seeds")
  if "build/fuzz/fuzz/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/broken/$target-" "${corpus[@]}" >"$log" 2>&1; then
    say "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs, nothing broke"
    return
  fi
  tail -n 40 "$log" >&2
  warn "$target broke: the input is in build/fuzz/broken, the whole output in $log"
  return 1
}

say "Fuzzing ${targets[*]} for $seconds s each"
broken=0
running=0
for target in "${targets[@]}"; do
  if [[ $running -ge $(nproc) ]]; then
    wait -n || broken=1
    running=$((running - 1))
  fi
  fuzz "$target" &
  running=$((running + 1))
done
while [[ $running -gt 0 ]]; do
  wait -n || broken=1
  running=$((running - 1))
done
exit "$broken"
