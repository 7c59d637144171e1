#!/usr/bin/env bash
# Times a language model that is run and not trained, ours and ONNX Runtime on the exported file in turn, and prints the
# ratio of medians.
#
#   bench/peers/inference.sh [-r ROUNDS] [-w WARM_UP] [-s SECONDS] [-t THREADS] [-f auto|fused|scan] [-k f32|bf16|int8] generate|score...
#
# Takes the packaged application of ./recurve, and ONNX Runtime from it. -f is the form of the exported loops, -k how ours
# keeps its weights; the file's are f32 always.
set -euo pipefail
cd "$(dirname "$0")"
rounds=3 warm=6 seconds=5 threads=$(nproc) form=auto kept=f32
while getopts r:w:s:t:f:k: option; do
  case $option in
    r) rounds=$OPTARG ;;
    w) warm=$OPTARG ;;
    s) seconds=$OPTARG ;;
    t) threads=$OPTARG ;;
    f) form=$OPTARG ;;
    k) kept=$OPTARG ;;
    *) exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || {
  sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
  exit 2
}

. ../../build/jdk.sh
jdk=$(find_jdk) || {
  echo "no JDK 25 or newer found; install one or point JAVA_HOME to it." >&2
  exit 1
}
../../recurve --version >/dev/null # builds it
lib=../../cli/target/app/lib
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$jdk/bin/javac" -nowarn -proc:none -d "$scratch" -cp "$lib/*" src/main/java/recurve/bench/peers/OnnxRuntime.java
../../recurve -q bench generate --warm-up 1 --seconds 1 --save "$scratch/model" >/dev/null
../../recurve -q export "$scratch/model" --onnx "$scratch/model.onnx" --form "$form"

ours() { ../../recurve bench "$1" --threads "$threads" --warm-up "$warm" --seconds "$seconds" --weights "$kept" -q; }
theirs() {
  "$jdk/bin/java" --enable-native-access=ALL-UNNAMED -cp "$scratch:$lib/*" recurve.bench.peers.OnnxRuntime \
    "$scratch/model.onnx" "$1" "$threads" "$warm" "$seconds"
}

# the middle one of the rounds' medians
middle() { awk '{ print $4 }' "$1" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
for config; do
  : >"$scratch/ours"
  : >"$scratch/theirs"
  for ((round = 0; round < rounds; round++)); do
    ours "$config" | tee -a "$scratch/ours"
    theirs "$config" | tee -a "$scratch/theirs"
  done
  awk -v config="$config" -v t="$threads" -v a="$(middle "$scratch/ours")" -v b="$(middle "$scratch/theirs")" \
    'BEGIN { printf "ratio %s threads %d %.2f (ours %d, onnxruntime %d tokens/s)\n", config, t, a / b, a, b }'
done
