#!/usr/bin/env bash
# Times a language model that is run and not trained, ours and ONNX Runtime on the exported file in turns of a second, and
# prints the ratio of both: the median over the turns, and between which two a half of them lies.
#
#   bench/peers/inference.sh [-w WARM_UP] [-s SECONDS] [-t THREADS] [-f auto|fused|scan] [-k f32|bf16|int8] generate|score...
#
# Takes the packaged application of ./recurve, and ONNX Runtime from it. -f is the form of the exported loops, -k how ours
# keeps its weights; the file's are f32 always.
set -euo pipefail
cd "$(dirname "$0")"
warm=6 seconds=10 threads=$(nproc) form=auto kept=f32
while getopts w:s:t:f:k: option; do
  case $option in
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
"$jdk/bin/javac" -nowarn -proc:none -d "$scratch" -cp "$lib/*" src/main/java/recurve/bench/peers/{Compare,Turns,OnnxRuntime}.java
../../recurve -q bench generate --warm-up 1 --seconds 1 --save "$scratch/model" >/dev/null
../../recurve -q export "$scratch/model" --onnx "$scratch/model.onnx" --form "$form"

most=$((3 * (warm + seconds) + 120)) # should nobody end them
for config; do
  "$jdk/bin/java" -cp "$scratch" recurve.bench.peers.Compare "$config" onnxruntime "$warm" "$seconds" \
    ../../recurve bench "$config" --threads "$threads" --warm-up 1 --seconds "$most" --weights "$kept" --turns -q -- \
    "$jdk/bin/java" --enable-native-access=ALL-UNNAMED -cp "$scratch:$lib/*" recurve.bench.peers.OnnxRuntime \
    "$scratch/model.onnx" "$config" "$threads" "$most"
done
