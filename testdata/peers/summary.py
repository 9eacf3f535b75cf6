"""The best figure of each peer and case, of all threads and repetitions: summary.py RUNS.json. Rows a second."""
import json, sys

MODELS = {"endgame": "dga-lstm", "dga_mlp": "dga-mlp", "dga": "dga-mlp", "exfil": "exfil-mlp", "netflow": "flow-lstm"}
SAVINGS = "PyTorch with the same savings"
best = {}

def see(case, peer, rate, threads):
    if rate > best.setdefault(case, {}).get(peer, (0, 0))[0]:
        best[case][peer] = (rate, threads)

for line in open(sys.argv[1]):
    r = json.loads(line)
    if "name" in r:  # of threatnet bench
        see(r["name"], "threatnet" + (", TapeMachine" if r.get("vm") == "tape" else ""), r["median"], r["threads"])
        continue
    model = MODELS[r["model"]]
    case = model + "/train" if r.get("mode", "train") == "train" else "%s/score-%d" % (model, r["batch"])
    rate = r["samples_per_s"]
    see(case, SAVINGS if r.get("variant") == "tri" else r["peer"], rate, r["threads"])

for case in sorted(best):
    ours = best[case].get("threatnet", (0, 0))[0]
    print(case)
    for peer, (rate, threads) in sorted(best[case].items(), key=lambda p: -p[1][0]):
        print("  %-32s %12.0f  threads %d  %s" % (peer, rate, threads, "" if peer.startswith("threatnet") or not ours else "%.2f x" % (ours / rate)))
