#!/usr/bin/env bash
# Times threatnet and its peers on this machine, in turn: run.sh FOLDER [MODEL …], one JSON line for each run, and at the end
# the table of the best ones (summary.py). Makes the virtual environments FOLDER/now and FOLDER/keras2 when they are not
# there. Each peer runs with one thread and with two; ROUNDS (3) and SECONDS_EACH (2) are taken from the environment.
# PYTORCH1 is a Python that has PyTorch 1.13, such as that of Debian 12's python3-torch with libopenblas0-openmp; the others
# run without it.
set -euo pipefail
folder=$(realpath -m "$1")
shift
models=${*:-dga-lstm dga-mlp exfil-mlp flow-lstm}
cd "$(dirname "$0")"
environment() {
  if [ ! -x "$folder/$1/bin/python" ]; then
    python3 -m venv "$folder/$1"
    "$folder/$1/bin/pip" -q install -r "$2"
  fi
}
environment now requirements.txt
environment keras2 requirements-keras2.txt
now=$folder/now/bin/python
keras2=$folder/keras2/bin/python
pytorch1=${PYTORCH1:-}
lines=$folder/runs.json
: > "$lines"

run() { # run PEER PYTHON SCRIPT …
  local peer=$1
  shift
  [ -n "$1" ] || return 0
  OMP_NUM_THREADS=$threads OPENBLAS_NUM_THREADS=$threads KERAS_BACKEND=tensorflow \
    "$@" --threads "$threads" --secs "${SECONDS_EACH:-2}" 2>/dev/null | sed "s/^{/{\"peer\": \"$peer\", /" | tee -a "$lines" || echo "failed: $*" >&2
}

dga-lstm() {
  for variant in fast timemajor tri; do
    run "PyTorch 2" "$now" endgame_lstm.py train --variant $variant
    run "PyTorch 1.13" "$pytorch1" endgame_lstm.py train --variant $variant
  done
  run "Keras 3" "$now" keras_peers.py endgame train
  run "Keras 2" "$keras2" keras_peers.py endgame train
  for batch in 1 256 4096; do
    for variant in timemajor tri; do
      run "PyTorch 2" "$now" endgame_lstm.py infer --variant $variant --batch $batch
      run "PyTorch 1.13" "$pytorch1" endgame_lstm.py infer --variant $variant --batch $batch
    done
    run onnxruntime "$now" endgame_onnxruntime.py infer --batch $batch
    run "Keras 3" "$now" keras_peers.py endgame infer --call --batch $batch
  done
}

dga-mlp() {
  run JAX "$now" dga_mlp_jax.py
  run JAX "$now" dga_mlp_jax.py --unroll 8
  run "PyTorch 2" "$now" dga_mlp.py --variant flatjit
  run "PyTorch 1.13" "$pytorch1" dga_mlp.py --variant flatjit
  run "Keras 3" "$now" keras_peers.py dga train
  run "Keras 2" "$keras2" keras_peers.py dga train
}

exfil-mlp() {
  for variant in eager jit; do
    run "PyTorch 2" "$now" exfil_mlp.py train --variant $variant
    run "PyTorch 1.13" "$pytorch1" exfil_mlp.py train --variant $variant
  done
  run "Keras 3" "$now" keras_peers.py exfil train
  run "Keras 2" "$keras2" keras_peers.py exfil train
  for batch in 256 4096; do
    run "PyTorch 2" "$now" exfil_mlp.py infer --variant jit --batch $batch
    run "PyTorch 1.13" "$pytorch1" exfil_mlp.py infer --variant jit --batch $batch
    run "Keras 3" "$now" keras_peers.py exfil infer --call --batch $batch
    run "Keras 2" "$keras2" keras_peers.py exfil infer --call --batch $batch
  done
}

flow-lstm() {
  for variant in fast jit; do
    run "PyTorch 2" "$now" netflow_lstm.py train --variant $variant --T 69 --vocab 722
    run "PyTorch 1.13" "$pytorch1" netflow_lstm.py train --variant $variant --T 69 --vocab 722
  done
  run "Keras 3" "$now" keras_peers.py netflow train
  run "Keras 2" "$keras2" keras_peers.py netflow train
}

for _ in $(seq "${ROUNDS:-3}"); do
  for model in $models; do
    for threads in 1 2; do
      $model
      ../../bin/threatnet bench "$model" --threads "$threads" --json | tee -a "$lines"
    done
    ../../bin/threatnet bench "$model/train" --vm tape --json | tee -a "$lines"
  done
done
"$now" summary.py "$lines"
