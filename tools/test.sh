#!/usr/bin/env bash
# test.sh [ARGUMENTS OF CTEST...]: builds the release with its tests and runs them all.
source "$(dirname "$0")/project.sh"

# Packages of the browser and interop tests, when they changed.
install_node_packages() {
  local folder=$1 installed=$1/node_modules/.installed-lock.json
  cmp --silent "$folder/package-lock.json" "$installed" && return
  say "Installing the packages of $folder"
  npm --prefix "$folder" ci --ignore-scripts --no-audit --no-fund --loglevel=error
  cp "$folder/package-lock.json" "$installed"
}

tools/install-deps.sh test
install_node_packages tests/browser
tools/build.sh release
say "Testing"
ctest --test-dir build/release --output-on-failure --parallel "$(nproc)" "$@"
