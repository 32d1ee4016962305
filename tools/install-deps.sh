#!/usr/bin/env bash
# install-deps.sh PURPOSE...: installs what is missing for build, test, bench, node, tidy, fuzz or coverage. Debian 12
# packages only; says nothing and needs no rights where nothing is missing. SPANWIRE_SKIP_INSTALL=1 leaves the machine
# alone.
source "$(dirname "$0")/project.sh"

build=(cmake ninja-build g++ ccache mold libgrpc++-dev libprotobuf-dev protobuf-compiler protobuf-compiler-grpc libabsl-dev
  libboost1.81-dev libboost-json1.81-dev libfmt-dev libspdlog-dev prometheus-cpp-dev libcli11-dev libtomlplusplus-dev
  libssl-dev openssl zlib1g-dev libgtest-dev libgmock-dev) # the last two are small, and configuring asks for them
clang=(clang-14)

# Another Node may be here already, which Debian's would conflict with.
need_node() {
  command -v node >/dev/null && command -v npm >/dev/null && return
  if command -v node >/dev/null; then wanted+=(npm); else wanted+=(nodejs npm); fi
}

need_browser() {
  [[ -n ${CHROMIUM:-} || -x /usr/bin/chromium ]] || wanted+=(chromium)
}

packages_for() {
  case $1 in
    build) wanted+=("${build[@]}") ;;
    test) wanted+=("${build[@]}" curl) && need_node && need_browser ;;
    bench) wanted+=("${build[@]}" libbenchmark-dev python3) ;;
    node) wanted+=(curl) && need_node ;;
    tidy) wanted+=("${build[@]}" "${clang[@]}" clang-tidy-14 clang-format-14) ;;
    fuzz) wanted+=("${build[@]}" "${clang[@]}" libclang-rt-14-dev) ;;
    coverage) wanted+=("${build[@]}" gcovr curl) && need_node ;;
    *) fail "install-deps.sh: unknown purpose \"$1\"; one of build, test, bench, node, tidy, fuzz, coverage" ;;
  esac
}

installed() {
  [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

[[ -z ${SPANWIRE_SKIP_INSTALL:-} ]] || exit 0
[[ $# -gt 0 ]] || fail "usage: install-deps.sh build|test|bench|node|tidy|fuzz|coverage ..."
wanted=()
for purpose in "$@"; do packages_for "$purpose"; done
missing=()
for package in "${wanted[@]}"; do
  installed "$package" || missing+=("$package")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

command -v apt-get >/dev/null || fail "there is no apt-get here. Spanwire is built from Debian 12's packages; bring the \
like of these and set SPANWIRE_SKIP_INSTALL=1: ${missing[*]}"
as_root=()
if [[ $(id -u) -ne 0 ]]; then
  command -v sudo >/dev/null || fail "these packages are missing and there is no sudo: as root, run
  apt-get install --no-install-recommends ${missing[*]}"
  as_root=(sudo)
fi
say "Installing ${missing[*]}"
quiet=(-qq -o Dpkg::Use-Pty=0)
"${as_root[@]}" apt-get "${quiet[@]}" update
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get "${quiet[@]}" install --yes --no-install-recommends \
  "${missing[@]}" >/dev/null || fail "apt-get could not install them all: the lines above say why"
