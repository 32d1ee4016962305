#!/usr/bin/env bash
# install-node-packages.sh: the npm packages of the tests that run in Node, where the lock file changed since the last time.
source "$(dirname "$0")/project.sh"

folder=tests/browser
installed=$folder/node_modules/.installed-lock.json
cmp --silent "$folder/package-lock.json" "$installed" && exit 0
say "Installing the packages of $folder"
npm --prefix "$folder" ci --ignore-scripts --no-audit --no-fund --loglevel=error
cp "$folder/package-lock.json" "$installed"
