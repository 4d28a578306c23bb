#!/bin/sh
# Sees that a Docker daemon answers: installs one if there is none, starts it if it does not run.
#
#   ci/dockerd.sh          needs root and apt; waits 60 s at most
#   ci/dockerd.sh stop     stops the daemon that this script started, and nothing else
#
# The daemon's log is in /var/log/lastorders-dockerd.log.
set -eu

log=/var/log/lastorders-dockerd.log
pid_file=/run/lastorders-dockerd.pid

say() { echo "dockerd.sh: $*" >&2; }

# Whether the process of our pid file is still a dockerd: ids are used again.
ours_runs() {
  [ -s "$pid_file" ] || return 1
  [ "$(cat "/proc/$(cat "$pid_file")/comm" 2>/dev/null)" = dockerd ]
}

if [ "${1:-start}" = stop ]; then
  if ! ours_runs; then
    say "no daemon of ours runs"
    rm -f "$pid_file"
    exit 0
  fi
  kill -TERM "$(cat "$pid_file")"
  turns=0
  while ours_runs; do
    turns=$((turns + 1))
    [ $turns -le 300 ] || { say "it does not stop; see $log"; exit 1; }
    sleep 0.1
  done
  rm -f "$pid_file"
  say "stopped"
  exit 0
fi

if timeout 10 docker info >/dev/null 2>&1; then
  say "a daemon answers already"
  exit 0
fi

if [ "$(id -u)" != 0 ]; then
  say "no daemon answers, and only root can start one: sudo ci/dockerd.sh"
  exit 1
fi

if ! command -v dockerd >/dev/null || ! command -v iptables >/dev/null; then
  say "installing docker.io and iptables"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  # apt's output goes to stderr, because the caller reads stdout.
  apt-get install -y -qq --no-install-recommends docker.io iptables >&2
fi

if ours_runs; then
  say "ours runs and does not answer yet"
elif pgrep -x dockerd >/dev/null 2>&1; then
  say "a daemon that is not ours is starting"
else
  say "starting dockerd; its log is $log"
  # One that was killed leaves its pid file behind, which keeps the next from starting.
  rm -f /run/docker.pid
  # A session of its own: it outlives the shell that called us, and Ctrl-C.
  setsid dockerd --pidfile /run/docker.pid >"$log" 2>&1 </dev/null &
  echo $! >"$pid_file"
fi

turns=0
until timeout 5 docker info >/dev/null 2>&1; do
  turns=$((turns + 1))
  if [ $turns -gt 120 ]; then
    say "no answer within 60 s; the end of $log:"
    tail -n 20 "$log" >&2 || true
    exit 1
  fi
  sleep 0.5
done
say "a daemon answers; stop it with: ci/dockerd.sh stop"
