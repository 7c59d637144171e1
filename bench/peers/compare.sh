#!/usr/bin/env bash
# Times training steps of ours and of libtorch with MKL, in turns of a second, and prints the ratio of both: the median
# over the turns, and between which two a half of them lies.
#
#   bench/peers/compare.sh [-w WARM_UP] [-s SECONDS] [-t THREADS] [-p active|passive] [-o "OPTIONS"] CONFIG...
#
# Fetches libtorch on first use (some 700 MB, Linux on x86-64) and takes the packaged application of ./recurve.
# -p is how libtorch's threads wait: for some configurations passive waits are its faster setting. -o adds options of
# recurve bench, as "--precision bf16".
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
warm=15 seconds=15 threads=$(nproc) policy=active own=()
while getopts w:s:t:p:o: option; do
  case $option in
    w) warm=$OPTARG ;;
    s) seconds=$OPTARG ;;
    t) threads=$OPTARG ;;
    p) policy=$OPTARG ;;
    o) read -ra own <<<"$OPTARG" ;;
    *) exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || {
  sed -n '2,10s/^# \{0,1\}//p' "$0" >&2
  exit 2
}

. ../../build/jdk.sh
jdk=$(find_jdk) || {
  echo "no JDK 25 or newer found; install one or point JAVA_HOME to it." >&2
  exit 1
}
if [ ! -d target/native ]; then
  echo "fetching libtorch (first use only)..." >&2
  mvn -q -B dependency:copy-dependencies
  mkdir -p target/native.part
  for jar in target/lib/mkl-*-redist.jar; do unzip -oqj "$jar" '*.so*' -d target/native.part; done
  mv target/native.part target/native
fi
"$jdk/bin/javac" -nowarn -proc:none -d target/classes -cp "target/lib/*" src/main/java/recurve/bench/peers/{Compare,Turns,Libtorch,Network}.java

../../recurve --version >/dev/null # builds it

export OMP_NUM_THREADS=$threads MKL_NUM_THREADS=$threads MKL_THREADING_LAYER=GNU OMP_WAIT_POLICY=$policy
theirs=(env LD_LIBRARY_PATH="$here/target/native" LD_PRELOAD="$here/target/native/libmkl_rt.so.2"
  "$jdk/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Xmx2g
  -Dorg.bytedeco.javacpp.maxPhysicalBytes=20g -Dorg.bytedeco.javacpp.maxBytes=16g
  -cp "target/classes:target/lib/*" recurve.bench.peers.Libtorch)
most=$((3 * (warm + seconds) + 120)) # should nobody end them
for config; do
  "$jdk/bin/java" -cp target/classes recurve.bench.peers.Compare "$config" libtorch "$warm" "$seconds" \
    ../../recurve bench "$config" --threads "$threads" --warm-up 1 --seconds "$most" --turns -q "${own[@]}" -- \
    "${theirs[@]}" "$config" "$threads" "$most"
done
