"""Prints as JSON what TensorBoard reads in a folder of event files: both of its accumulators, the one that keeps events
as they are written and the one behind its pages."""

import json
import struct
import sys

import tensorboard
from tensorboard.backend.event_processing import event_accumulator, plugin_event_accumulator
from tensorboard.util import tensor_util

EVERYTHING = {kind: 0 for kind in event_accumulator.DEFAULT_SIZE_GUIDANCE}


def png_size(data):
    assert data[:8] == b"\x89PNG\r\n\x1a\n", data[:8]
    return list(struct.unpack(">II", data[16:24]))


def tags_of(pages, plugin):
    try:
        return sorted(pages.PluginTagToContent(plugin))
    except KeyError:
        return []


def main(folder):
    plain = event_accumulator.EventAccumulator(folder, size_guidance=EVERYTHING)
    plain.Reload()
    tags = plain.Tags()
    pages = plugin_event_accumulator.EventAccumulator(folder, size_guidance={plugin_event_accumulator.TENSORS: 0})
    pages.Reload()
    json.dump(
        {
            "version": tensorboard.__version__,
            "scalars": {t: [[e.step, e.value, e.wall_time] for e in plain.Scalars(t)] for t in tags["scalars"]},
            "histograms": {
                t: [[e.step, list(e.histogram_value.bucket_limit), list(e.histogram_value.bucket)] for e in plain.Histograms(t)]
                for t in tags["histograms"]
            },
            "images": {
                t: [[e.step, e.width, e.height, *png_size(e.encoded_image_string)] for e in plain.Images(t)] for t in tags["images"]
            },
            "texts": {
                t: [[e.step, tensor_util.make_ndarray(e.tensor_proto).item().decode()] for e in plain.Tensors(t)]
                for t in tags["tensors"]
            },
            "plugins": {name: tags_of(pages, name) for name in ["scalars", "histograms", "images", "text"]},
            "pages": {
                t: [[e.step, tensor_util.make_ndarray(e.tensor_proto).tolist()] for e in pages.Tensors(t)]
                for t in tags_of(pages, "histograms")
            },
        },
        sys.stdout,
    )


main(sys.argv[1])
