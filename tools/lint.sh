#!/usr/bin/env bash
# lint.sh: buf's lint of proto/, by the rules of proto/buf.yaml. The only use of buf; building needs none.
source "$(dirname "$0")/project.sh"

buf=@bufbuild/buf@1.75.0
tools/install-deps.sh node
npx --yes --package "$buf" -- buf lint proto
say "buf lint: nothing to say"
