#!/usr/bin/env bash
# tidy.sh [--changed [REF]]: clang-format, a clang build with thread-safety analysis, and clang-tidy, by .clang-format and
# .clang-tidy. With --changed only files that differ from REF (default: the last commit) are looked at.
source "$(dirname "$0")/project.sh"

tools/install-deps.sh tidy
if [[ ${1:-} == --changed ]]; then
  mapfile -t files < <(git diff --name-only --diff-filter=d "${2:-HEAD}" -- '*.h' '*.cc')
else
  mapfile -t files < <(git ls-files '*.h' '*.cc')
fi
[[ ${#files[@]} -gt 0 ]] || { say "No C++ file has changed" && exit 0; }

say "clang-format: ${#files[@]} files"
clang-format-14 --dry-run -Werror "${files[@]}" || fail "clang-format-14 -i mends the lines above"

# Warnings are errors, those of the thread-safety analysis too. The build also makes the headers that clang-tidy reads.
tools/build.sh clang

# Tests are held to the compiler's rules only; so are the examples that are built outside this tree.
sources=()
for file in "${files[@]}"; do
  case $file in
    publisher_sdk/examples/ten_lines/*) ;;
    bridge/*.cc | cli/*.cc | publisher_sdk/*.cc) sources+=("$file") ;;
  esac
done
[[ ${#sources[@]} -gt 0 ]] || exit 0
say "clang-tidy: ${#sources[@]} files"
printf '%s\0' "${sources[@]}" |
  xargs --null --max-args=1 --max-procs="${JOBS:-$(nproc)}" clang-tidy-14 -p build/clang --quiet --warnings-as-errors='*' \
    2> >(grep -v ' warnings\? generated\.$' >&2) || fail "clang-tidy-14 found the above"
