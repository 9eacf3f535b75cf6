#!/usr/bin/env bash
# Times the peers of dga-lstm on this machine: run.sh VENV [SECONDS]. Makes the virtual environment when it is not there.
# Each peer runs with one thread and with two, several times; the best figure of each is what to compare with.
set -euo pipefail
cd "$(dirname "$0")"
venv=$1
secs=${2:-5}
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" -q install -r requirements.txt
fi
for round in 1 2 3; do
  for threads in 1 2; do
    run() { OMP_NUM_THREADS=$threads "$venv/bin/python" "$@" --threads $threads --secs "$secs" 2>/dev/null || echo "{\"failed\": \"$*\"}"; }
    for variant in fast timemajor tri; do
      run endgame_lstm.py train --variant $variant
    done
    KERAS_BACKEND=tensorflow run keras_peers.py endgame train
    for batch in 1 32 256 4096; do
      for variant in fast timemajor tri; do
        run endgame_lstm.py infer --variant $variant --batch $batch
      done
      run endgame_onnxruntime.py infer --batch $batch
    done
  done
done
