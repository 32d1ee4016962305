#!/usr/bin/env bash
# pack-client.sh [FOLDER]: the browser client as an npm package with its .d.ts files, spanwire-VERSION.tgz in FOLDER
# (default: build/npm).
source "$(dirname "$0")/project.sh"

folder=$(realpath --canonicalize-missing "${1:-build/npm}")
tools/install-deps.sh node
tools/install-node-packages.sh
package=$folder/package
rm -rf "$package"
mkdir -p "$package"
cp -r web/package.json web/README.md web/client web/integrations "$package"
tests/browser/node_modules/.bin/tsc --project tests/browser/tsconfig.types.json --outDir "$package/types"
(cd "$package" && npm pack --silent --pack-destination "$folder" > /dev/null)
say "Packed $folder/$(cd "$folder" && ls -t spanwire-*.tgz | head -n 1)"
