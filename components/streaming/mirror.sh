#!/bin/sh
# Runs MirrorMaker 2, and ends it when one of its tasks has given up: it would stay up without it.
set -eu

home="${KAFKA_HOME:-/opt/kafka}"
properties="${KAFKA_CONFIG:-/etc/mizan/mirror}/mirror.properties"
heap="-XX:InitialRAMPercentage=25 -XX:MaxRAMPercentage=50"
java="java ${KAFKA_HEAP:-$heap} -XX:+ExitOnOutOfMemoryError -Djava.awt.headless=true
    -Dlog4j2.configurationFile=$home/log4j2.properties -cp $home/jars/*"

. "$home/identity.sh"

said="$identity/said"
rm -f "$said"
mkfifo "$said"
set -f # the class path's star is for Java
$java org.apache.kafka.connect.mirror.MirrorMaker "$properties" > "$said" 2>&1 &
mirror=$!
trap 'kill -TERM "$mirror" 2>/dev/null || true' TERM INT
end_when_renewed "$mirror" 0 &
watcher=$!

failed=0
while IFS= read -r line; do
    printf '%s\n' "$line"
    case "$line" in
    *"will not recover until manually restarted"*)
        failed=1
        kill -TERM "$mirror" 2>/dev/null || true
        ;;
    esac
done < "$said"
status=0
while kill -0 "$mirror" 2>/dev/null; do
    if wait "$mirror"; then status=0; else status=$?; fi
done
kill "$watcher" 2>/dev/null || true
[ "$failed" = 0 ] || status=1
exit "$status"
