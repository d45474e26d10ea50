#!/bin/bash
#SBATCH --job-name=ipvsim
#SBATCH --array=0-3
#SBATCH --cpus-per-task=2
#SBATCH --time=04:00:00
#SBATCH --requeue
# A sweep as a job array, one shard per task:
#   sbatch slurm_array.sh scenario.yaml out --vary clients.0.concurrency=50..200:50 --seeds 3
# and when all tasks are done (sbatch --dependency=afterok:JOBID --wrap ...):
#   ipvsim merge out/shards --out out/whole
# A task that was lost is submitted again alone, with the number of all tasks; it goes on from its journal:
#   IPVSIM_SHARDS=4 sbatch --array=2 slurm_array.sh (the same words as before)
set -euo pipefail

scenario=$1
out=$2
shift 2

export IPVSIM_SHARDS="${IPVSIM_SHARDS:-$SLURM_ARRAY_TASK_COUNT}"
exec ipvsim sweep "$scenario" "$@" \
  --jobs "${SLURM_CPUS_PER_TASK:-1}" --resume --out "$out/shards/$SLURM_ARRAY_TASK_ID"
