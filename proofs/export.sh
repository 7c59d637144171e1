#!/usr/bin/env bash
# A trained language model, exported, gives in ONNX Runtime what it gives here.
#
#   proofs/export.sh MODEL [TEXT]     on the words of a text, or on words drawn at random
set -euo pipefail
model=$(cd "${1:?a model folder}" && pwd)
text=${2:+$(realpath "$2")}
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. build/jdk.sh
jdk=$(find_jdk)
class_path=$(mktemp)
trap 'rm -f "$class_path"' EXIT
mvn -q -Pquick package dependency:build-classpath -pl bench -am -Dmdep.outputFile="$class_path" -Dmdep.pathSeparator=:
"$jdk/bin/java" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED \
  -cp "bench/target/classes:$(cat "$class_path")" recurve.bench.ExportProof "$model" ${text:+"$text"}
