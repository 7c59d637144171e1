#!/usr/bin/env bash
# The fuzzer Jazzer on the reader of ONNX files: any bytes end in a graph or in an error of ours.
#
#   proofs/fuzz.sh SECONDS [CASES [CORPUS]]
#
# Seeds are models of every cell and task, and every model.onnx below CASES; CORPUS keeps what the next run may go
# on from. Ends with 1 if an input ended in anything else, or allocated too much, and names the folder that holds it.
# Fetches Jazzer on first use.
set -euo pipefail
seconds=${1:?for how many seconds}
cases=${2:+$(realpath "$2")}
corpus=${3:-}
[ -z "$corpus" ] || { mkdir -p "$corpus" && corpus=$(realpath "$corpus"); }
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. build/jdk.sh
jdk=$(find_jdk)
scratch=$(mktemp -d)
mvn -q -Pquick,fuzz package dependency:build-classpath -pl bench -am -Dmdep.outputFile="$scratch/class-path" -Dmdep.pathSeparator=:
class_path="bench/target/classes:$(cat "$scratch/class-path")"
"$jdk/bin/java" -cp "$class_path" recurve.bench.OnnxFuzz "$scratch/seeds" ${cases:+"$cases"}

mkdir -p "$scratch/found" "${corpus:=$scratch/corpus}"
# -Xmx256m is the room that the reader may take; the fuzzer's own tables are outside of the heap
"$jdk/bin/java" -Xmx256m -XX:+UseSerialGC -XX:+EnableDynamicAgentLoading --enable-native-access=ALL-UNNAMED \
  --sun-misc-unsafe-memory-access=allow -cp "$class_path" com.code_intelligence.jazzer.Jazzer \
  --target_class=recurve.bench.OnnxFuzz --instrumentation_includes='recurve.io.**:recurve.ir.**' \
  --keep_going=100 --reproducer_path="$scratch/found" -artifact_prefix="$scratch/found/" \
  -max_total_time="$seconds" -timeout=300 -rss_limit_mb=1500 -max_len=65536 -print_final_stats=1 \
  "$corpus" "$scratch/seeds"
if [ -n "$(ls "$scratch/found")" ]; then
  echo "found: $scratch/found" >&2
  exit 1
fi
rm -rf "$scratch"
