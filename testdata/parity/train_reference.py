"""Trains the character LSTM of make_endgame_losses.py on a CSV of domain,family and prints, for a held-out fifth, the macro F1
over all classes and the AUC of malicious against benign: the reference figures for the same training elsewhere.

    python train_reference.py names.csv.gz [--epochs 5] [--seed 1] ...

- Names are folded to lower case; a repeated pair of name and family counts once; a name that is both benign and not is dropped.
- Each class is shuffled and cut 64 % / 16 % / 20 % into training, validation and test. Nothing is chosen on validation, whose
  F1 is printed after each epoch: the weights are those of the last epoch.
- Characters get ids by frequency in training, from 1; unknown ones vanish; the last 75 are kept, 0 pads on the left.
- Adam (Kingma and Ba 2015) in Keras' form, t = 1, 2, ...: w <- w - rate sqrt(1 - b2^t) / (1 - b1^t) m / (sqrt(v) + 1e-7),
  b1 = .9, b2 = .999: epsilon stands beside the uncorrected root ("epsilon hat" at the end of the paper's section 2).
- The rate rises linearly to the peak over the warm-up, then falls to zero along half a cosine (Loshchilov and Hutter 2017,
  eq. 5, one period): with n updates in all, w of them warm-up, update t = 0 ... n - 1 has
  peak (t + 1) / w for t < w, else peak (1 + cos(pi (t - w) / (n - w))) / 2.
- All gradients together are scaled down to the clip norm when their norm exceeds it (Pascanu et al. 2013, algorithm 1).
"""

import argparse
import collections
import csv
import gzip
import math
import sys

import numpy as np
import torch

from make_endgame_losses import cross_entropy, initial_weights, logits

BENIGN = {"legit", "benign", "nondga", "normal", "alexa", "tranco", "umbrella"}
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-7


def read_names(path):
    """Pairs (name, family) in file order; the benign family is called benign."""
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        rows = [(row["domain"].strip().lower(), row["family"].strip()) for row in csv.DictReader(file)]
    pairs = list(dict.fromkeys((name, "benign" if family.lower() in BENIGN else family) for name, family in rows))
    kinds = collections.defaultdict(set)
    for name, family in pairs:
        kinds[name].add(family == "benign")
    kept = [(name, family) for name, family in pairs if len(kinds[name]) == 1]
    log(f"{len(rows)} rows, {len(rows) - len(pairs)} repeated, {len(pairs) - len(kept)} dropped as both benign and not")
    return kept


def stratified_split(labels, random):
    """Row numbers of training, validation and test. A class of n rows gives round(.2 n) to test, round(.16 n) to validation."""
    parts = [], [], []
    for label in range(labels.max() + 1):
        rows = random.permutation(np.flatnonzero(labels == label))
        test, validation = round(0.2 * len(rows)), round(0.16 * len(rows))
        for part, some in zip(parts, np.split(rows, [len(rows) - test - validation, len(rows) - test])):
            part.append(some)
    return [np.sort(np.concatenate(part)) for part in parts]


def encode(names, vocabulary, steps):
    """Token ids (names, steps), padded and truncated on the left, and the number of characters of each row."""
    ids, lengths = np.zeros((len(names), steps), np.int64), np.zeros(len(names), np.int64)
    for row, name in enumerate(names):
        tokens = [vocabulary[c] for c in name if c in vocabulary][-steps:]
        ids[row, steps - len(tokens) :] = tokens
        lengths[row] = len(tokens)
    return torch.from_numpy(ids), torch.from_numpy(lengths)


def last_hidden(w, ids, lengths):
    """What lstm() of make_endgame_losses.py returns, with less work and no approximation. All rows are alike until their first
    character, so one row of padding stands for them (row 0 here) and a name copies its state when it starts; and
    embeddings · kernel has a row per character, looked up instead of multiplied again at every step."""
    rows, steps = ids.shape
    units = w["recurrent_kernel"].shape[0]
    order = torch.argsort(lengths, descending=True)
    ids = torch.cat([ids.new_zeros(1, steps), ids[order]]).t()
    first = torch.cat([lengths.new_zeros(1), steps - lengths[order]])
    started = torch.arange(steps)[:, None] >= first
    table = w["embeddings"] @ w["kernel"] + w["bias"]
    h = c = table.new_zeros(1, units)
    for inputs in table[ids[started]].split(started.sum(1).tolist()):
        new = len(inputs) - len(h)
        h, c = (torch.cat([state, state[:1].expand(new, units)]) for state in (h, c))
        i, f, g, o = torch.addmm(inputs, h, w["recurrent_kernel"]).split(units, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
    h = torch.cat([h, h[:1].expand(rows + 1 - len(h), units)])  # an empty name never starts: it is padding to the end
    return h[1:][torch.argsort(order)]


def check_last_hidden(w, ids, lengths, labels):
    """Fails unless loss and gradients are those of the plain network, in float64, an empty name included."""
    w = {name: value.detach().double().requires_grad_() for name, value in w.items()}
    ids, lengths = ids.clone(), lengths.clone()
    ids[0], lengths[0] = 0, 0
    results = []
    for scores in logits(w, ids), last_hidden(w, ids, lengths) @ w["dense_kernel"] + w["dense_bias"]:
        loss = cross_entropy(scores, labels)
        results.append([loss, *torch.autograd.grad(loss, list(w.values()))])
    worst = max((plain - fast).abs().max().item() for plain, fast in zip(*results))
    log(f"largest difference from the plain network, loss and gradients: {worst:.1e}")
    if worst > 1e-14:
        sys.exit("train_reference: the shared padding is not exact")


def learning_rate(update, updates, peak, warmup):
    """Warm-up and cosine, as above."""
    if update < warmup:
        return peak * (update + 1) / warmup
    return peak * (1 + math.cos(math.pi * (update - warmup) / (updates - warmup))) / 2


class Adam:
    """Keras' Adam over a dict of weights, with the norm of all gradients clipped before."""

    def __init__(self, weights, clip_norm):
        self.weights, self.clip_norm, self.time = weights, clip_norm, 0
        self.mean = {name: torch.zeros_like(w) for name, w in weights.items()}
        self.mean_square = {name: torch.zeros_like(w) for name, w in weights.items()}

    def step(self, loss, rate):
        gradients = torch.autograd.grad(loss, list(self.weights.values()))
        norm = math.sqrt(sum(g.square().sum().item() for g in gradients))
        scale = min(1, self.clip_norm / norm) if norm > 0 else 1
        self.time += 1
        rate *= math.sqrt(1 - BETA2**self.time) / (1 - BETA1**self.time)
        with torch.no_grad():
            for (name, w), g in zip(self.weights.items(), gradients):
                g = g * scale
                m = self.mean[name].mul_(BETA1).add_(g, alpha=1 - BETA1)
                v = self.mean_square[name].mul_(BETA2).addcmul_(g, g, value=1 - BETA2)
                w.addcdiv_(m, v.sqrt() + EPSILON, value=-rate)


@torch.no_grad()
def probabilities(w, ids, lengths):
    """Class probabilities (rows, classes)."""
    parts = []
    for rows in torch.arange(len(ids)).split(1024):
        h = last_hidden(w, ids[rows], lengths[rows])
        parts.append(torch.softmax(h @ w["dense_kernel"] + w["dense_bias"], 1))
    return torch.cat(parts).numpy()


def macro_f1(labels, predicted):
    """The mean of 2 TP / (rows + predictions) over the classes that occur in either."""
    classes = np.union1d(labels, predicted)
    right = [np.sum((labels == c) & (predicted == c)) for c in classes]
    return np.mean([2 * n / (np.sum(labels == c) + np.sum(predicted == c)) for n, c in zip(right, classes)])


def auc(positive, scores):
    """The probability that a positive scores higher than a negative, ties counting half (Hanley and McNeil 1982)."""
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    n = positive.sum()
    return (ranks[positive].sum() - n * (n + 1) / 2) / (n * (len(positive) - n))


def log(text):
    print(text, file=sys.stderr)


def arguments():
    parser = argparse.ArgumentParser(description="Reference figures of the character LSTM.")
    parser.add_argument("data", help="CSV with the columns domain and family, .gz or plain")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--learning-rate", type=float, default=0.008, help="the peak")
    parser.add_argument("--warmup", type=int, default=100, help="updates until the peak")
    parser.add_argument("--clip-norm", type=float, default=1.0)
    parser.add_argument("--dropout", type=float, default=0.2, help="of the LSTM's output")
    parser.add_argument("--embedding", type=int, default=128)
    parser.add_argument("--units", type=int, default=128)
    parser.add_argument("--steps", type=int, default=75, help="characters of a name that are read")
    parser.add_argument("--seed", type=int, default=1, help="of split, weights, order and dropout")
    parser.add_argument("--rows", type=int, help="take this many of the rows, drawn at random")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--check", action="store_true", help="compare the first batch with the plain network, then train")
    return parser.parse_args()


def main():
    a = arguments()
    log(f"torch {torch.__version__}, numpy {np.__version__}, settings {vars(a)}")
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    random = np.random.RandomState(a.seed)

    pairs = read_names(a.data)
    if a.rows:
        pairs = [pairs[row] for row in sorted(random.permutation(len(pairs))[: a.rows])]
    names, families = zip(*pairs)
    classes = sorted(set(families))
    labels = np.array([classes.index(family) for family in families])
    train, validation, test = stratified_split(labels, random)
    counts = collections.Counter(c for row in train for c in names[row])
    vocabulary = {c: i for i, (c, _) in enumerate(counts.most_common(), 1)}
    ids, lengths = encode(names, vocabulary, a.steps)
    log(f"{len(train)} / {len(validation)} / {len(test)} names, {len(classes)} classes, {len(vocabulary)} characters")

    weights = initial_weights(len(vocabulary) + 1, a.embedding, a.units, len(classes), random)
    w = {name: torch.tensor(value).requires_grad_() for name, value in weights.items()}
    adam = Adam(w, a.clip_norm)
    updates = a.epochs * math.ceil(len(train) / a.batch_size)
    targets = torch.from_numpy(labels)
    if a.check:
        check_last_hidden(w, ids[: a.batch_size], lengths[: a.batch_size], targets[: a.batch_size])
    for epoch in range(a.epochs):
        total = 0
        for rows in torch.from_numpy(random.permutation(train)).split(a.batch_size):
            h = torch.dropout(last_hidden(w, ids[rows], lengths[rows]), a.dropout, train=True)
            loss = cross_entropy(h @ w["dense_kernel"] + w["dense_bias"], targets[rows])
            adam.step(loss, learning_rate(adam.time, updates, a.learning_rate, a.warmup))
            total += loss.item() * len(rows)
        guess = probabilities(w, ids[validation], lengths[validation]).argmax(1)
        log(f"epoch {epoch + 1}: loss {total / len(train):.4f}, validation macro F1 {macro_f1(labels[validation], guess):.4f}")

    p = probabilities(w, ids[test], lengths[test])
    print(f"macro_f1 {macro_f1(labels[test], p.argmax(1)):.4f}")
    if "benign" in classes:
        benign = classes.index("benign")
        print(f"auc {auc(labels[test] != benign, 1 - p[:, benign].astype(np.float64)):.4f}")


if __name__ == "__main__":
    main()
