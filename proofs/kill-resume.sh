#!/usr/bin/env bash
# A training that is killed with SIGKILL at random instants, and resumed each time, ends with the
# same bytes as one that was left alone.
#
#   proofs/kill-resume.sh [KILLS] [THREADS] [SEED]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
kills=${1:-50} threads=${2:-2} RANDOM=${3:-1}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

head -n 2000 "$root/examples/sample/train.txt" >"$scratch/train.txt"
head -n 100 "$root/examples/sample/valid.txt" >"$scratch/valid.txt"
train() { # DIR THREADS [--resume]
  local dir=$1 n=$2
  shift 2
  exec "$root/recurve" -q train lm --train "$scratch/train.txt" --valid "$scratch/valid.txt" \
    --out "$dir" --threads "$n" "$@"
}
settings=(--cell lstm --layers 2 --units 64 --dropout 0.2 --batch 10 --bptt 10 --epochs 12
  --optimizer adam --clip-norm 5 --seed 7 --checkpoint-every 25)

# Left alone first, which tells how long a start takes here before there is something to resume.
began=$(date +%s%3N)
(train "$scratch/whole" "$threads" "${settings[@]}") &
until [ -e "$scratch/whole/checksums.sha256" ]; do
  kill -0 $! || exit 1
  sleep 0.05
done
start=$(($(date +%s%3N) - began))
wait $!
echo "left alone: done in $((($(date +%s%3N) - began) / 1000)) s, the first checkpoint after $start ms"

# A kill tells most where training had gone on since its start: those after a new checkpoint are counted apart.
stamp() { cat "$scratch/killed/training/counters.yaml" "$scratch/killed/checksums.sha256" 2>/dev/null | cksum || true; } # none yet is fine

killed=0 late=0 rounds=0
while :; do
  rounds=$((rounds + 1))
  before=$(stamp)
  if [ -e "$scratch/killed/model.yaml" ]; then
    (train "$scratch/killed" "$threads" --resume) &
  else
    rm -rf "$scratch/killed"
    (train "$scratch/killed" "$threads" "${settings[@]}") &
  fi
  pid=$!
  if [ "$killed" -lt "$kills" ]; then
    # from before the first byte is written to some checkpoints later
    sleep "$(awk -v r=$RANDOM -v s="$start" 'BEGIN { printf "%.3f", 0.2 + 2 * s / 1000 * r / 32768 }')"
    kill -KILL "$pid" 2>/dev/null || true
  fi
  status=0
  wait "$pid" 2>/dev/null || status=$?
  case $status in
    0) break ;;
    137) killed=$((killed + 1)) && if [ "$(stamp)" != "$before" ]; then late=$((late + 1)); fi ;;
    *)
      echo "start $rounds ended by itself with status $status after $killed kills" >&2
      exit 1
      ;;
  esac
done
cmp "$scratch/whole/"*weights.safetensors "$scratch/killed/"*weights.safetensors
echo "$killed kills ($late after a new checkpoint), $rounds starts, $threads threads: the weights are the same bytes"
