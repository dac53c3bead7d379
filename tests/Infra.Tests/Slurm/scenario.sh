#!/usr/bin/env bash
# scenario.sh SCRIPT FOLDER: in a real Slurm, a cluster with a command, and one that is taken away. Prints what both wrote.
set -euo pipefail
cd "$2"
export HOME=$2

lines() { grep -c "$1" "$2" 2>/dev/null || true; }
until_there() {
  for ((try = 0; try < 600; try++)); do "$@" && return; sleep 0.1; done
  echo "waited in vain: $*" >&2
  return 1
}
silos_are_up() { (($(lines '^silo' taken.out) + 0 >= 3)); }
job_is_gone() { [[ -z $(squeue --noheader --jobs="$job" 2>/dev/null) ]]; }

echo "== with a command"
code=0
STUB_CODE=3 sbatch --wait --ntasks-per-node=2 --cpus-per-task=1 --output=whole.out "$1" submit prompts.txt > /dev/null || code=$?
cat whole.out
echo "sbatch $code"

echo "== taken away"
job=$(sbatch --parsable --ntasks-per-node=2 --cpus-per-task=1 --output=taken.out "$1")
until_there silos_are_up
# As preemption does: SIGTERM to the steps of the job.
scancel --signal=TERM "$job"
until_there job_is_gone
cat taken.out
