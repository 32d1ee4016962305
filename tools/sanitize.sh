#!/usr/bin/env bash
# sanitize.sh asan|tsan: the tests under AddressSanitizer and UndefinedBehaviorSanitizer, or ThreadSanitizer.
source "$(dirname "$0")/project.sh"

preset=${1:?usage: sanitize.sh asan|tsan}
export ASAN_OPTIONS=strict_string_checks=1:detect_stack_use_after_return=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1

# Debian's gRPC is not built for ThreadSanitizer, which reports hundreds of races in it that are none. So under it the
# tests that talk gRPC are left out; what they test on this side of gRPC has tests of its own.
talk_grpc='admin_test|cli_test|ingest_grpc_test|server_grpc_test|publisher_contract_test|publisher_sdk_test|hostmon_test'
mapfile -t core_tests < <(grep -rhoP 'spanwire_test\(\K[a-z_]+' tests --include=CMakeLists.txt | grep -vxE "$talk_grpc")

case $preset in
  asan)
    tools/install-deps.sh build node
    tools/install-node-packages.sh
    tools/build.sh asan
    ctest --test-dir build/asan --output-on-failure --parallel "$(nproc)" --label-exclude browser
    ;;
  tsan)
    tools/install-deps.sh build
    tools/build.sh tsan "${core_tests[@]}"
    ctest --test-dir build/tsan --output-on-failure --parallel "$(nproc)" --no-tests=error \
      --tests-regex "^($(IFS='|' && echo "${core_tests[*]}"))$"
    ;;
  *) fail "sanitize.sh: unknown preset \"$preset\"; asan or tsan" ;;
esac
