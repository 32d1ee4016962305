#!/usr/bin/env bash
# run.sh: the bridge and an example service that publishes this machine's figures, until Ctrl-C. HTTP_PORT and GRPC_PORT
# choose other ports. Ends with 0 when it was told to stop, and leaves nothing running.
source "$(dirname "$0")/project.sh"

http="127.0.0.1:${HTTP_PORT:-8080}"
grpc="127.0.0.1:${GRPC_PORT:-50051}"
bin=build/release/bin
log=build/release/bridge.log

# Each child gets a process group of its own: Ctrl-C reaches this script alone, which then stops them in order.
set -m
bridge_pid=
hostmon_pid=

# stop_child PID: asks it to end and waits; it has its own deadline.
stop_child() {
  [[ -n $1 ]] || return 0
  kill -TERM "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

stop() {
  trap '' INT TERM HUP
  stop_child "$hostmon_pid"
  stop_child "$bridge_pid"
}
trap 'stopping=yes' INT TERM HUP
trap stop EXIT
stopping=

start_bridge() {
  : >"$log"
  # The log also goes to a file, which the service follows; the writer of both outlives Ctrl-C to see the last line. At
  # debug it tells of each client, so that the console has something to show.
  coproc BRIDGE {
    exec "$bin/spanwire-bridge" --http-listen "$http" --grpc-listen "$grpc" --log-level debug 2> >(trap '' INT TERM HUP; exec tee -a "$log" >&2)
  }
  bridge_pid=$BRIDGE_PID
  exec 3<&"${BRIDGE[0]}"
  local line=
  read -r -t 60 -u 3 line || true
  [[ -z $stopping ]] || exit 0
  if [[ ! $line =~ ^spanwire-bridge\ ready\ http=([^ ]+)\ grpc=([^ ]+)$ ]]; then
    fail "the bridge did not start: the lines above say why. Where a port is taken, choose others:
  make run HTTP_PORT=8081 GRPC_PORT=50052"
  fi
  http=${BASH_REMATCH[1]}
  grpc=${BASH_REMATCH[2]}
}

start_hostmon() {
  "$bin/spanwire-hostmon" --server "$grpc" --follow "$log" &
  hostmon_pid=$!
}

greet() {
  local server=
  [[ $grpc == 127.0.0.1:50051 ]] || server=" --server $grpc"
  cat <<TEXT

  Spanwire is running. This machine, live:  http://$http/

  Publishers and the CLI reach it at $grpc; try
    $bin/spanwire$server connections list
    $bin/spanwire$server publish hello --type greeting --data '{"text":"hello"}'
  Ctrl-C stops it.

TEXT
}

start_bridge
start_hostmon
greet
status=0
wait -n "$bridge_pid" "$hostmon_pid" || status=$?
if [[ -z $stopping ]]; then
  fail "a part of Spanwire ended by itself (status $status): the lines above say why"
fi
echo
say "Stopping"
