#!/usr/bin/env bash
# one-node.sh FOLDER COMMAND...: runs a command beside a Slurm of this machine alone, with two pretended GPUs, and stops that Slurm again. As root; everything
# is in FOLDER. Needs the Debian packages slurm-wlm and munge.
set -euo pipefail
folder=$(realpath "$1")
shift
node=$(hostname)
export SLURM_CONF=$folder/slurm.conf
mkdir -p "$folder/state" "$folder/spool"
chmod 755 "$folder"

cat > "$SLURM_CONF" <<CONF
ClusterName=test
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=${SLURM_TEST_PORT:-26817}
SlurmdPort=$((${SLURM_TEST_PORT:-26817} + 1))
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
CryptoType=crypto/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
KillWait=30
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
GresTypes=gpu
NodeName=$node NodeAddr=127.0.0.1 CPUs=$(nproc) Gres=gpu:2 State=UNKNOWN
PartitionName=all Nodes=$node Default=YES State=UP
CONF
echo 'Name=gpu File=/dev/tty[0-1]' > "$folder/gres.conf"

head -c 1024 /dev/urandom > "$folder/munge.key"
chmod 400 "$folder/munge.key"
daemons=()
trap 'kill "${daemons[@]}" 2>/dev/null || true; wait' EXIT
munged --foreground --force --key-file="$folder/munge.key" --socket="$folder/munge.socket" --pid-file="$folder/munge.pid" \
  --log-file="$folder/munge.log" --seed-file="$folder/munge.seed" &
daemons+=($!)
until [[ -S $folder/munge.socket ]]; do kill -0 "${daemons[0]}"; sleep 0.1; done
slurmctld -D -f "$SLURM_CONF" > "$folder/slurmctld.out" 2>&1 &
daemons+=($!)
slurmd -D -f "$SLURM_CONF" -N "$node" > "$folder/slurmd.out" 2>&1 &
daemons+=($!)
for ((try = 0; ; try++)); do
  [[ $(sinfo --noheader --format=%T 2>/dev/null) == idle ]] && break
  ((try < 300)) || { echo "Slurm did not start: see $folder" >&2; exit 1; }
  sleep 0.2
done

code=0
"$@" || code=$?
scancel --user="$(id -un)"
while [[ -n $(squeue --noheader) ]]; do sleep 0.2; done
exit "$code"
