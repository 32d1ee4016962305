#!/usr/bin/env bash
# client-reference.sh [--check]: writes docs/browser-api.md from the JSDoc in web/, or says whether it is as it should be.
source "$(dirname "$0")/project.sh"

tools/install-deps.sh node
tools/install-node-packages.sh
page=docs/browser-api.md
if [[ ${1:-} == --check ]]; then
  node tests/browser/make_reference.mjs | diff "$page" - || fail "$page is not what the JSDoc says: run tools/client-reference.sh"
else
  node tests/browser/make_reference.mjs > "$page"
  say "Wrote $page"
fi
