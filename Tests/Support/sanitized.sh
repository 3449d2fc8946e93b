#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sanitized.sh thread|address [MODULE…]: the tests under a sanitizer, in a folder of its own.
#
# Left out: EndToEndTests, which run programs (rollwatch itself, moto, systemd) whose times are the machine's own and most of which
# cannot be instrumented; SimulationTests, whose one thread has nothing to race with and whose 2,000 days take twenty times as long.
set -eu
cd "$(dirname "$0")/../.."
sanitizer=$1
shift
modules=${*:-Core JSON Rules Platform AWS Journal Daemon Notify LocalAWS Fuzz}

case $sanitizer in
# TSAN makes our lock a pthread mutex (Platform/Locked.swift).
thread) set -- --scratch-path .build-tsan --sanitize=thread -Xswiftc -DTSAN ;;
address) set -- --scratch-path .build-asan --sanitize=address ;;
*) echo "usage: $0 thread|address [FILTER]" >&2; exit 2 ;;
esac
# Without frame pointers libcurl hides who called it, unless the stack is unwound the slow way.
export ASAN_OPTIONS="fast_unwind_on_malloc=0:malloc_context_size=16"
export LSAN_OPTIONS="suppressions=$PWD/Tests/Support/lsan.txt:print_suppressions=0"

echo "build     everything, for the $sanitizer sanitizer"
swift build --quiet --build-tests "$@"
# One after the other: where all begin at once, one waits for minutes on the rest, and finds its connection too old to be kept.
for module in $modules; do
  echo "test      ${module}Tests"
  swift test --skip-build --quiet --disable-xctest "$@" --filter "^${module}Tests\."
done
