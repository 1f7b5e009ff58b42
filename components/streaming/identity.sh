# Sourced: the key and the certificate in one file, as Kafka reads them, in memory only.
tls="${KAFKA_TLS:-/etc/mizan/tls}"
identity="${KAFKA_IDENTITY:-/run/mizan}"
every="${KAFKA_CERTIFICATE_CHECK_SECONDS:-30}"

umask 077
cat "$tls/tls.key" "$tls/tls.crt" > "$identity/identity.pem"
cat "$tls/ca.crt" > "$identity/trusted.pem"

certificate() { cat "$tls/tls.crt" "$tls/tls.key" "$tls/ca.crt" | sha256sum; }
served="$(certificate)"

# Kafka reads a certificate when it starts, so a renewed one ends the process $1: cleanly, and each
# broker in its own turn. Kubernetes starts the container again. The loop ends with the process.
end_when_renewed() {
    while sleep "$every" && kill -0 "$1" 2>/dev/null; do
        if [ "$(certificate)" != "$served" ]; then
            sleep "$2"
            echo "the certificate was renewed: starting again with it"
            kill -TERM "$1"
            return
        fi
    done
}
