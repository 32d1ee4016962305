#!/usr/bin/env bash
# coverage.sh [ARGUMENTS OF CTEST...]: which lines of bridge/ the tests run that need no browser. The report goes to
# build/coverage/report, its summary to build/coverage/summary.txt. Fails where a test does, or under 90 % of the lines.
source "$(dirname "$0")/project.sh"

least=90
build=build/coverage
report=$build/report

tools/install-deps.sh coverage
tools/install-node-packages.sh
tools/build.sh coverage
find "$build" -name '*.gcda' -delete # counts add up from run to run
# A bridge that a test kills takes its counts with it, so what only such a test runs is not counted. The SDK's example is
# a project of its own, which does not link what counts.
ctest --test-dir "$build" --output-on-failure --parallel "$(nproc)" --label-exclude browser \
  --exclude-regex '^publisher_sdk_example$' "$@"

say "Counting"
mkdir -p "$report"
covered=0
gcovr --root . --filter bridge/ -j "$(nproc)" --fail-under-line "$least" --txt "$build/summary.txt" \
  --html-details "$report/index.html" --html-title "Spanwire: bridge/" "$build" || covered=$?
line=$(sed -n 's/^TOTAL.* \([0-9]*%\).*/\1/p' "$build/summary.txt")
[[ -n $line ]] || fail "gcovr made no summary: the lines above say why"
say "$line of the lines of bridge/ are covered; $report/index.html shows which are not"
[[ $covered -eq 0 ]] || fail "that is under $least %: test what the change added"
