#!/usr/bin/env bash
# Shows that a Slurm array of 4 over one sweep, merged, is the unsharded sweep hash for hash. Installs
# Slurm from Debian's packages (as root), runs a cluster of this one machine, and removes whatever it
# has installed, started and written, however it ends.
#
#   ci/slurm.sh [SEEDS]        how many seeds, 20000 by default
set -euo pipefail
cd "$(dirname "$0")/.."
export DEBIAN_FRONTEND=noninteractive
seeds=${1:-20000}

say() { echo "── slurm: $*" >&2; }
[ "$(id -u)" = 0 ] || { say "packages are installed and removed here: run it as root"; exit 75; }
command -v slurmctld >/dev/null && { say "this machine has a Slurm already; not touched"; exit 75; }

work=$(mktemp -d /tmp/lastorders-slurm.XXXXXX)
chmod 755 "$work"
installed() { dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' | awk '$1 != "un" {print $2}' | sort; }
places=(/etc/slurm /etc/munge /var/lib/munge /var/lib/slurm /var/log/munge /var/log/slurm /run/munge
  /run/slurm /etc/default/munge /etc/default/slurmd /etc/default/slurmctld /var/spool/slurmd)
there() { for place in "${places[@]}"; do [ ! -e "$place" ] || echo "$place"; done; }
installed >"$work/packages"
getent passwd | cut -d: -f1 | sort >"$work/users"
there >"$work/places"
daemons=()

# Removes what was not there before, and says if something stays.
clean() {
  local code=$?
  trap - EXIT
  trap '' INT TERM HUP
  set +e
  if [ -n "${SLURM_CONF:-}" ] && [ "$code" != 0 ]; then
    tail -n 15 "$work"/*.log >&2
  fi
  for ((at = ${#daemons[@]} - 1; at >= 0; at--)); do
    kill "${daemons[at]}" 2>/dev/null
    wait "${daemons[at]}" 2>/dev/null
  done
  [ -z "${policy:-}" ] || rm -f /usr/sbin/policy-rc.d
  mapfile -t new < <(installed | comm -13 "$work/packages" -)
  [ ${#new[@]} = 0 ] || apt-get purge -y -qq "${new[@]}" >"$work/purge.log" 2>&1 || cat "$work/purge.log" >&2
  for user in $(getent passwd | cut -d: -f1 | sort | comm -13 "$work/users" -); do
    userdel "$user" >/dev/null 2>&1
  done
  for place in $(there | comm -13 "$work/places" -); do rm -rf "$place"; done
  local left
  left=$(installed | comm -13 "$work/packages" -)$(there | comm -13 "$work/places" -)
  rm -rf "$work"
  if [ -n "$left" ]; then
    say "could not be removed: $left"
    [ "$code" != 0 ] || code=1
  else
    say "removed ${#new[@]} packages, ${#daemons[@]} daemons and their files"
  fi
  exit "$code"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# For a while, what a command says is asked again; its own words are shown if it stays wrong.
until_ok() {
  for _ in $(seq 150); do
    "$@" >"$work/asked.log" 2>&1 && return
    sleep 0.2
  done
  say "in 30 s this did not succeed: $*"
  return 1
}

sim=${LASTORDERS_SIM:-}
if [ -z "$sim" ]; then
  # As `cargo sim` builds it.
  cargo build --quiet --release --locked -p lastorders-sim --config "build.rustflags=['--cfg','lastorders_sim']"
  sim=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release/lastorders-sim
fi

say "installing munge, slurmctld, slurmd and slurm-client"
if [ ! -e /usr/sbin/policy-rc.d ]; then
  policy=ours # The packages' own services would start with the packages' own configuration.
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
  chmod 755 /usr/sbin/policy-rc.d
fi
apt-get update -qq
apt-get install -y -qq --no-install-recommends munge slurmctld slurmd slurm-client >"$work/install.log" 2>&1 ||
  { cat "$work/install.log" >&2; exit 75; }

host=$(hostname -s)
mkdir "$work/munge" "$work/state" "$work/spool" "$work/out"
chmod 700 "$work/munge"
dd if=/dev/urandom of="$work/munge/key" bs=128 count=1 status=none
chmod 600 "$work/munge/key"
export SLURM_CONF=$work/slurm.conf
cat >"$SLURM_CONF" <<CONF
ClusterName=lastorders
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket
CryptoType=crypto/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
MpiDefault=none
ReturnToService=2
SwitchType=switch/none
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SchedulerParameters=sched_interval=1
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF

munged --foreground --force --socket="$work/munge.socket" --key-file="$work/munge/key" \
  --log-file="$work/munged.log" --pid-file="$work/munge/pid" --seed-file="$work/munge/seed" \
  >/dev/null 2>&1 &
daemons+=($!)
until_ok munge --socket="$work/munge.socket" --no-input
slurmctld -D >"$work/slurmctld.log" 2>&1 &
daemons+=($!)
until_ok scontrol ping
slurmd -D -N "$host" >"$work/slurmd.log" 2>&1 &
daemons+=($!)
idle() { [ "$(sinfo --noheader --format %T)" = idle ]; }
until_ok idle
say "$(slurmctld -V) is up with $(nproc) processors"

# What is shown here is that all is the same, failures (1) and what was not reached (3) included.
swept() {
  local code=0
  "$@" || code=$?
  [ "$code" = 0 ] || [ "$code" = 1 ] || [ "$code" = 3 ]
}
sweep=("$sim" sweep --no-shrink --seeds "0..$seeds")
cat >"$work/array.sh" <<JOB
#!/bin/sh
${sweep[*]} --jobs 1 --shard auto --out $work/out/shard-\$SLURM_ARRAY_TASK_ID.json
code=\$?
[ \$code = 1 ] || exit \$code
JOB
say "an array of 4 over seeds 0..$seeds"
sbatch --wait --array=1-4 --chdir="$work" --output="$work/task-%a.log" "$work/array.sh" ||
  { tail -n 20 "$work"/task-*.log >&2; exit 1; }
tail -qn 1 "$work"/task-*.log
swept "$sim" merge "$work"/out/shard-*.json --out "$work/out/merged.json"
say "the same seeds, not shared out"
swept "${sweep[@]}" --out "$work/out/whole.json"

hash_of() { sed -n 's/^  "hash": "\(.*\)",$/\1/p' "$1"; }
echo "array of 4, merged  $(hash_of "$work/out/merged.json")"
echo "not shared out      $(hash_of "$work/out/whole.json")"
"$sim" merge --same "$work/out/merged.json" "$work/out/whole.json"
