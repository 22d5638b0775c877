#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Exit codes and signature of iss-run. Arguments: iss-run, then the programs that write 1, 11, 601 and 2 to tohost, then
# one that never writes.
set -u
run=$1 pass=$2 fails_5=$3 fails_300=$4 request=$5 endless=$6
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
failures=0

expect() {
  expected=$1
  shift
  "$@" >"$work/out" 2>"$work/err"
  code=$?
  if [ "$code" != "$expected" ]; then
    echo "expected exit code $expected, got $code: $*"
    failures=$((failures + 1))
  fi
  lines=$(cat "$work/out" "$work/err" | wc -l)
  if [ "$expected" != 0 ] && [ "$lines" != 1 ]; then
    echo "expected one line of output, got $lines: $*"
    failures=$((failures + 1))
  fi
}

expect 0 "$run" "$pass"
expect 5 "$run" "$fails_5"
expect 199 "$run" "$fails_300"
expect 243 "$run" "$request"
expect 242 "$run" "$endless" --max-instructions 1000
expect 240 "$run"
expect 240 "$run" "$pass" --no-such-option
expect 240 "$run" "$pass" --max-instructions many
expect 241 "$run" "$work/missing.elf"
expect 241 "$run" /bin/sh
expect 241 "$run" "$endless" --max-instructions 1000 --signature "$work/none"
expect 244 "$run" "$pass" --signature "$work/no/such/folder/signature"
expect 5 "$run" "$fails_5" --signature "$work/signature"
printf '0000000a\ndeadbeef\n00000001\n' >"$work/expected"
cmp "$work/signature" "$work/expected" || failures=$((failures + 1))
if [ "$(ls "$work" | sort | tr '\n' ' ')" != "err expected out signature " ]; then
  echo "files left over: $(ls "$work")"
  failures=$((failures + 1))
fi
[ "$failures" = 0 ]
