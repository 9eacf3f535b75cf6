"""Writes small.tfevents with TensorBoard's own messages and record writer: the events of TestGolden.

    python golden.py > small.tfevents

Made with tensorboard 2.21.0, protobuf 7.36.2.
"""

import bisect
import io
import sys

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

DBL_MAX = sys.float_info.max


def histogram(values):
    """TensorFlow's histogram, its buckets searched one by one, without the empty ones before the first value."""
    positive = [1e-12]
    while positive[-1] * 1.1 < 1e20:
        positive.append(positive[-1] * 1.1)
    positive.append(DBL_MAX)
    limits = [-v for v in reversed(positive)] + [0.0] + positive
    counts = [0] * len(limits)
    for v in values:
        counts[bisect.bisect_right(limits, v)] += 1
    while counts[-1] == 0:
        limits.pop()
        counts.pop()
    while counts[0] == 0:
        limits.pop(0)
        counts.pop(0)
    h = summary_pb2.HistogramProto(
        min=min(values),
        max=max(values),
        num=len(values),
        sum=sum(values),
        sum_squares=sum(v * v for v in values),
    )
    i = 0
    while i < len(limits):
        end, n = limits[i], counts[i]
        i += 1
        while n == 0 and counts[i] == 0:
            end = limits[i]
            i += 1
        h.bucket_limit.append(end)
        h.bucket.append(n)
    return h


def main():
    out = io.BytesIO()
    writer = RecordWriter(out)
    wall = 1500000000.25

    def write(step=0, **content):
        writer.write(event_pb2.Event(wall_time=wall, step=step, **content).SerializeToString())

    def value(step, tag, **content):
        write(step, summary=summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag=tag, **content)]))

    write(file_version="brain.Event:2")
    write(7, session_log=event_pb2.SessionLog(status=event_pb2.SessionLog.START))
    value(7, "batch/loss", simple_value=0.7)
    value(-1, "zero", simple_value=0)
    text = summary_pb2.Summary.Value()
    text.tensor.dtype = 7
    text.tensor.tensor_shape.SetInParent()
    text.tensor.string_val.append("naïve *text*".encode())
    text.metadata.plugin_data.plugin_name = "text"
    text.metadata.data_class = summary_pb2.DATA_CLASS_TENSOR
    value(0, "settings", tensor=text.tensor, metadata=text.metadata)
    value(300, "weights", histo=histogram([-2.0, -0.5, 0.0, 0.0, 0.25, 1.0, 1.0]))
    value(301, "nothing", histo=summary_pb2.HistogramProto(bucket_limit=[DBL_MAX], bucket=[0]))
    sys.stdout.buffer.write(out.getvalue())


main()
