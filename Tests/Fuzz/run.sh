#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh SECONDS [TARGET…]: each target for its share of the time, from the kept corpus on. What breaks a target is left in
# .build-fuzz/findings; mend the reader, and keep the input in corpus/TARGET. What was merely new is in .build-fuzz/corpus, for the
# next run. `KEEP=1` also writes the least of it that takes all the same ways, at most 40 files a target, to corpus/.
set -eu
cd "$(dirname "$0")/../.."
seconds=$1
shift

library=$(dirname "$(dirname "$(readlink -f "$(command -v swiftc)")")")/lib/clang/*/lib/linux/libclang_rt.fuzzer-$(uname -m).a
# shellcheck disable=SC2086 # the version is not ours to know
if ! ls $library >/dev/null 2>&1; then
  echo "fuzz      skipped: this toolchain has no libFuzzer ($library)"
  exit 0
fi

export ROLLWATCH_FUZZ=1
# A trap shall end the process at once: libFuzzer writes the input and the stack.
export SWIFT_BACKTRACE=enable=no
swift build --quiet -c release --scratch-path .build-fuzz --sanitize=fuzzer -Xswiftc -enable-testing --product fuzz
# The files that inputs stand for, in memory.
[ ! -d /dev/shm ] || TMPDIR=/dev/shm
TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/rollwatch-fuzz.XXXXXX")/
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
fuzz=.build-fuzz/release/fuzz

targets=${*:-$($fuzz)}
each=$((seconds / $(echo "$targets" | wc -w)))
[ "$each" -gt 0 ] || each=1
mkdir -p .build-fuzz/findings
failed=0
for target in $targets; do
  new=.build-fuzz/corpus/$target kept=Tests/Fuzz/corpus/$target log=.build-fuzz/$target.log
  mkdir -p "$new" "$kept"
  if ! $fuzz "$target" "$new" "$kept" -max_total_time="$each" -max_len=4096 -timeout=10 -rss_limit_mb=2048 -reload=0 \
    -print_final_stats=1 -artifact_prefix=".build-fuzz/findings/$target-" >"$log" 2>&1; then
    failed=1
    echo "fuzz      $target: BROKEN, see $log; replay: $fuzz $target .build-fuzz/findings/$target-…"
    grep -E 'Fatal error|ERROR|Test unit written' "$log" | head -5 || true
  else
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    echo "fuzz      $target: $runs runs in $each s, $(find "$new" -type f | wc -l) ways"
  fi
  if [ -n "${KEEP:-}" ]; then
    rm -rf .build-fuzz/merged && mkdir .build-fuzz/merged
    $fuzz "$target" -set_cover_merge=1 .build-fuzz/merged "$kept" "$new" >>"$log" 2>&1
    # Short ones first: they are the easiest to read.
    find .build-fuzz/merged -type f -printf '%s %p\n' | sort -n | head -40 | cut -d' ' -f2- | while read -r file; do
      cmp -s "$file" "$kept"/* 2>/dev/null || cp "$file" "$kept/"
    done
  fi
done
exit $failed
