"""Writes endgame_losses.safetensors and endgame_losses.json: a training run that another implementation must retrace.

The network is the character LSTM of Woodbridge et al. (2016, arXiv:1611.00791) with the semantics of Keras 2:

    x_t = E[id_t]                                      left padding is id 0, an ordinary row of E: nothing is masked
    i, f, g, o = x_t W + h_{t-1} U + b                 blocks of H columns in this order
    c_t = sigmoid(f) c_{t-1} + sigmoid(i) tanh(g)      h_0 = c_0 = 0
    h_t = sigmoid(o) tanh(c_t)                         (Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000)
    logits = h_T D + d,  loss = mean(log sum exp(logits) - logits[label])

trained by RMSprop (Tieleman and Hinton 2012) as Keras 2 has it, epsilon outside the root:

    a <- rho a + (1 - rho) grad^2,  w <- w - rate grad / (sqrt(a) + epsilon)

Everything is computed in float64, from weights that float32 holds exactly.
"""

import json
import math
import pathlib
import platform
import struct

import numpy as np
import torch

VOCABULARY, EMBEDDING, UNITS, CLASSES = 40, 128, 128, 19
BATCHES, BATCH_SIZE, STEPS, UPDATES = 20, 32, 75, 200
RATE, RHO, EPSILON = 1e-3, 0.9, 1e-7
SEED = 23


def glorot_uniform(shape, random):
    """Glorot and Bengio (2010), eq. 16: uniform within sqrt(6 / (fan_in + fan_out)). Keras takes the whole LSTM kernel,
    so its fan_out is 4H."""
    limit = math.sqrt(6 / sum(shape))
    return random.uniform(-limit, limit, shape)


def orthogonal(shape, random):
    """Saxe et al. (2014): the orthonormal factor of a normal matrix. With fewer rows than columns, the rows are orthonormal.
    The signs make R's diagonal positive, which makes the factor unique and its distribution uniform (Mezzadri 2007)."""
    rows, columns = shape
    q, r = np.linalg.qr(random.normal(size=(max(shape), min(shape))))
    q *= np.sign(np.diag(r))
    return q if rows >= columns else q.T


def initial_weights(vocabulary, embedding, units, classes, random):
    """Keras' initialisers and layouts, as float32: kernels (inputs, outputs), the LSTM's (inputs, 4H) with gates i, f, g, o."""
    bias = np.zeros(4 * units)
    bias[units : 2 * units] = 1  # Jozefowicz et al. (2015), section 2.2: a forget gate that starts open
    weights = {
        "embeddings": random.uniform(-0.05, 0.05, (vocabulary, embedding)),
        "kernel": glorot_uniform((embedding, 4 * units), random),
        "recurrent_kernel": orthogonal((units, 4 * units), random),
        "bias": bias,
        "dense_kernel": glorot_uniform((units, classes), random),
        "dense_bias": np.zeros(classes),
    }
    return {name: w.astype(np.float32, order="C") for name, w in weights.items()}


def synthetic_batches(random):
    """Token ids (batches, rows, steps), left-padded with 0, and labels (batches, rows), all drawn independently: with nothing
    to learn the weights move slowly, and rounding errors grow slowly (README.md). The very first row is empty, the second
    has no padding."""
    lengths = np.clip(np.rint(random.gamma(5, 3.4, (BATCHES, BATCH_SIZE))), 0, STEPS).astype(int)
    lengths[0, 0], lengths[0, 1] = 0, STEPS
    ids = random.randint(1, VOCABULARY, (BATCHES, BATCH_SIZE, STEPS))
    ids[np.arange(STEPS) < STEPS - lengths[:, :, None]] = 0
    labels = random.randint(0, CLASSES, (BATCHES, BATCH_SIZE))
    return ids.astype(np.int32), labels.astype(np.int32)


def lstm(inputs, kernel, recurrent_kernel, bias):
    """The last h (rows, H) of inputs (rows, steps, embedding)."""
    units = recurrent_kernel.shape[0]
    h = c = inputs.new_zeros(inputs.shape[0], units)
    for x in inputs.unbind(1):
        i, f, g, o = (x @ kernel + h @ recurrent_kernel + bias).split(units, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
    return h


def logits(w, ids):
    """Unnormalised scores (rows, classes) of token ids (rows, steps)."""
    h = lstm(w["embeddings"][ids], w["kernel"], w["recurrent_kernel"], w["bias"])
    return h @ w["dense_kernel"] + w["dense_bias"]


def cross_entropy(scores, labels):
    """The mean over the rows, in nats."""
    return (torch.logsumexp(scores, 1) - scores.gather(1, labels[:, None])[:, 0]).mean()


def train(weights, ids, labels, updates=UPDATES, dtype=torch.float64):
    """The loss before each update; the batches are taken in order, again and again. The gradient of an embedding row is the
    sum over its occurrences, squared afterwards."""
    w = {name: torch.tensor(value, dtype=dtype).requires_grad_() for name, value in weights.items()}
    mean_square = {name: torch.zeros_like(value) for name, value in w.items()}
    ids, labels = torch.tensor(ids).long(), torch.tensor(labels).long()
    losses = []
    for update in range(updates):
        batch = update % len(ids)
        loss = cross_entropy(logits(w, ids[batch]), labels[batch])
        gradients = torch.autograd.grad(loss, list(w.values()))
        with torch.no_grad():
            for (name, value), gradient in zip(w.items(), gradients):
                a = mean_square[name]
                a.copy_(RHO * a + (1 - RHO) * gradient**2)
                value -= RATE * gradient / (a.sqrt() + EPSILON)
        losses.append(loss.item())
    return losses


def write_safetensors(path, tensors):
    """The safetensors layout: header length (8 bytes, little-endian), JSON header padded to 8 bytes, the values."""
    header, values = {}, b""
    for name, tensor in tensors.items():
        data = tensor.astype(tensor.dtype.newbyteorder("<")).tobytes()
        dtype = {"float32": "F32", "int32": "I32"}[tensor.dtype.name]
        header[name] = {"dtype": dtype, "shape": tensor.shape, "data_offsets": [len(values), len(values) + len(data)]}
        values += data
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + values)


def main():
    torch.set_num_threads(1)
    random = np.random.RandomState(SEED)  # numpy keeps this generator's streams as they are
    weights = initial_weights(VOCABULARY, EMBEDDING, UNITS, CLASSES, random)
    ids, labels = synthetic_batches(random)
    losses = train(weights, ids, labels)

    folder = pathlib.Path(__file__).parent
    write_safetensors(folder / "endgame_losses.safetensors", {**weights, "ids": ids, "labels": labels})
    record = {
        "settings": {
            "vocabulary": VOCABULARY, "embedding": EMBEDDING, "units": UNITS, "classes": CLASSES,
            "batches": BATCHES, "batch_size": BATCH_SIZE, "steps": STEPS, "updates": UPDATES,
            "recurrent_activation": "sigmoid", "dropout": 0, "masked": False, "dtype": "float64",
            "optimizer": "rmsprop", "learning_rate": RATE, "rho": RHO, "epsilon": EPSILON, "epsilon_inside_root": False,
            "seed": SEED,
        },
        "versions": {"python": platform.python_version(), "numpy": np.__version__, "torch": torch.__version__},
        "losses": losses,
    }  # fmt: skip
    (folder / "endgame_losses.json").write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
