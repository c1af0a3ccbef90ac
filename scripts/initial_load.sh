#!/usr/bin/env bash
# The first load, step by step: what `foresto run initial` does, for people who like to see the steps. Stopped anywhere,
# it goes on where it was when started again: what is there is not asked for again.
set -uo pipefail
foresto=${FORESTO:-foresto}

ended() {
  echo "▷ foresto $*"
  "$foresto" "$@"
}

# Without the key that it needs (78) the step is left out.
optional() {
  ended "$@"
  code=$?
  [ "$code" -eq 78 ] || [ "$code" -eq 0 ] || [ "$code" -eq 3 ] || exit "$code"
}

step() {
  ended "$@"
  code=$?
  # 3: some units failed; the next run asks for them again, and verification names them.
  if [ "$code" -ne 0 ] && [ "$code" -ne 3 ]; then
    echo "✗ foresto $* 가 $code로 끝났습니다. 고친 뒤 이 스크립트를 다시 실행하면 이어집니다." >&2
    exit "$code"
  fi
}

step "$@" listing load
step "$@" prices incremental
step "$@" prices index
step "$@" stocks load
step "$@" stocks etfs
optional "$@" dart financials --from "$(($(date +%Y) - 4))" --for-score
optional "$@" stocks dividends
optional "$@" dart dividends
step "$@" score batch
step "$@" verify daily
