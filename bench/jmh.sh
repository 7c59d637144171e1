#!/usr/bin/env bash
# Runs the micro-benchmarks: products, products of one row, fused regions, softmax with cross-entropy, loops.
#
#   bench/jmh.sh [JMH ARGUMENT...]     such as StreamBenchmark, -p shape=20x650x2600, -prof gc, -l (a list), -h
#
# Each checks its answer before it is timed. Times are of one thread; quote them with the machine, and compare within a run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. build/jdk.sh
jdk=$(find_jdk)
out=bench/target/jmh
mkdir -p "$out/classes"
mvn -q -Pquick package dependency:build-classpath -pl bench -am -Dmdep.outputFile="$PWD/$out/path" -Dmdep.pathSeparator=:
path="bench/target/classes:$(cat "$out/path")"
# the annotation processor writes what JMH runs; the sources have been through all checks before
"$jdk/bin/javac" -nowarn --add-modules jdk.incubator.vector -d "$out/classes" -cp "$path" \
  -processor org.openjdk.jmh.generators.BenchmarkProcessor bench/src/main/java/recurve/backend/vector/*Benchmark.java
exec "$jdk/bin/java" -cp "$out/classes:$path" org.openjdk.jmh.Main \
  -jvmArgs "--add-modules=jdk.incubator.vector -XX:InlineSmallCode=12000 -XX:Tier3DelayOn=100000 -XX:+UseTransparentHugePages -XX:ObjectAlignmentInBytes=64 -XX:+UseSerialGC -Xmx4g" "$@"
