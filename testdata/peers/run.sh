#!/usr/bin/env bash
# Times the peers on this machine: run.sh VENV [SECONDS [MODEL]], one JSON line for each run. Makes the virtual environment
# when it is not there. Each peer runs with one thread and with two, three times over; the best figure of each is what to
# compare with.
set -euo pipefail
cd "$(dirname "$0")"
venv=$1
secs=${2:-5}
models=${3:-dga-lstm dga-mlp exfil-mlp flow-lstm}
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" -q install -r requirements.txt
fi
run() { OMP_NUM_THREADS=$threads "$venv/bin/python" "$@" --threads "$threads" --secs "$secs" 2>/dev/null || echo "{\"failed\": \"$*\"}"; }
keras() { for backend in tensorflow torch jax; do KERAS_BACKEND=$backend run keras_peers.py "$@"; done; }

dga-lstm() {
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
}

dga-mlp() {
  run dga_mlp_jax.py
  run dga_mlp_jax.py --unroll 8
  run dga_mlp.py --variant flatjit
  keras dga train
}

exfil-mlp() {
  run exfil_mlp.py train --variant eager
  run exfil_mlp.py train --variant jit
  keras exfil train
  for batch in 256 4096; do
    run exfil_mlp.py infer --variant eager --batch $batch
    run exfil_mlp.py infer --variant jit --batch $batch
    keras exfil infer --call --batch $batch
  done
}

flow-lstm() {
  run netflow_lstm.py train --variant fast --T 69 --vocab 722
  run netflow_lstm.py train --variant jit --T 69 --vocab 722
  KERAS_BACKEND=tensorflow run keras_peers.py netflow train
}

for _ in 1 2 3; do
  for threads in 1 2; do
    for model in $models; do
      $model
    done
  done
done
