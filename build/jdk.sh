# Sourced by the launcher and by .ci/run: find_jdk prints the home of a JDK 25 or newer, or fails.

# A JDK says its version in a file, so none has to be started to be asked.
is_jdk_25() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  local version
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
  [ "${version:-0}" -ge 25 ]
}

find_jdk() {
  local java home
  java=$(command -v java || true)
  if [ -n "$java" ]; then java=$(dirname "$(dirname "$(readlink -f "$java" 2>/dev/null || echo "$java")")"); fi
  for home in "${JAVA25_HOME:-}" "${JAVA_HOME:-}" "$java" \
      /usr/lib/jvm/* /opt/*jdk* /opt/java/* "${HOME:-/}"/.jdks/* "${HOME:-/}"/.sdkman/candidates/java/* \
      /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if [ -n "$home" ] && is_jdk_25 "$home"; then
      echo "$home"
      return
    fi
  done
  return 1
}
