# Sourced by every script here: where the project is, and how scripts speak.
set -euo pipefail
# Also where the locale is POSIX, as in a minimal container.
export LC_ALL=C.UTF-8
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$ROOT"

say() { printf '==> %s\n' "$*"; }
warn() { printf 'spanwire: %s\n' "$*" >&2; }
fail() {
  warn "$@"
  exit 1
}
