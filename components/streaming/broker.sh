#!/bin/sh
# Runs one broker: formats its volume the first time, then serves until it is told to end.
set -eu

home="${KAFKA_HOME:-/opt/kafka}"
node="${HOSTNAME##*-}"
properties="${KAFKA_CONFIG:-/etc/mizan/kafka}/broker-$node.properties"
heap="-XX:InitialRAMPercentage=25 -XX:MaxRAMPercentage=50"
java="java ${KAFKA_HEAP:-$heap} -XX:+ExitOnOutOfMemoryError -Djava.awt.headless=true
    -Dlog4j2.configurationFile=$home/log4j2.properties -cp $home/jars/*"

. "$home/identity.sh"

set -f # the class path's star is for Java
$java kafka.tools.StorageTool format --ignore-formatted \
    --cluster-id "$KAFKA_CLUSTER_ID" --config "$properties"
$java kafka.Kafka "$properties" &
server=$!
trap 'kill -TERM "$server" 2>/dev/null || true' TERM INT
end_when_renewed "$server" "$((node * 180))" &
watcher=$!

# `wait` returns early when a signal is trapped, so wait until the server is really gone.
status=0
while kill -0 "$server" 2>/dev/null; do
    if wait "$server"; then status=0; else status=$?; fi
done
kill "$watcher" 2>/dev/null || true
exit "$status"
