"""Recurrent layers exported by PyTorch, each with inputs and what PyTorch gives for them.

    cells.py FOLDER

Writes a folder for each case in the format of ONNX's own test cases: model.onnx, and test_data_set_N with
input_0.pb and output_0.pb and so on; `recurve verify FOLDER` reads them. LSTM, GRU, RNN of tanh and of
relu; one to three layers; one direction or two; time or batch first; axes that are fixed, open, or open
with the rows' lengths.
"""
import itertools
import pathlib
import sys
import warnings

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from tensors import write_case

WIDTH, UNITS = 3, 4
KINDS = {
    'lstm': torch.nn.LSTM,
    'gru': torch.nn.GRU,
    'rnn-tanh': lambda *a, **k: torch.nn.RNN(*a, nonlinearity='tanh', **k),
    'rnn-relu': lambda *a, **k: torch.nn.RNN(*a, nonlinearity='relu', **k),
}


class Layers(torch.nn.Module):
    """A stack with its last states; with lengths, each row ends where its own does."""

    def __init__(self, kind, layers, bidirectional, batch_first, open_axes):
        super().__init__()
        self.rnn = KINDS[kind](WIDTH, UNITS, layers, bidirectional=bidirectional, batch_first=batch_first)
        self.states = 2 if kind == 'lstm' else 1
        self.rows = layers * (2 if bidirectional else 1)
        self.batch_first, self.open_axes = batch_first, open_axes

    def forward(self, x, lengths=None):
        first = ()
        if self.open_axes:  # without these the exporter writes down how many rows its example has
            zero = torch.zeros(self.rows, x.size(0 if self.batch_first else 1), UNITS)
            first = ((zero, zero) if self.states == 2 else zero,)
        if lengths is None:
            y, last = self.rnn(x, *first)
        else:
            packed = pack_padded_sequence(x, lengths, batch_first=self.batch_first)
            y, last = self.rnn(packed, *first)
            y, _ = pad_packed_sequence(y, batch_first=self.batch_first)
        return (y, *last) if self.states == 2 else (y, last)


def inputs(batch, steps, batch_first, ragged):
    x = torch.randn((batch, steps, WIDTH) if batch_first else (steps, batch, WIDTH))
    if not ragged:
        return (x,)
    return x, torch.linspace(steps, max(1, steps - 4), batch).long()  # longest first, as torch asks


def write(folder, kind, layers, bidirectional, batch_first, axes):
    model = Layers(kind, layers, bidirectional, batch_first, axes != 'fixed').eval()
    ragged = axes == 'lengths'
    b, t = (0, 1) if batch_first else (1, 0)
    names = ['x', 'lengths'][: 1 + ragged]
    outputs = ['y', 'h', 'c'][: 1 + model.states]
    open_axes = {name: {1: 'batch'} for name in outputs}
    open_axes |= {'x': {b: 'batch', t: 'time'}, 'y': {b: 'batch', t: 'time'}, 'lengths': {0: 'batch'}}
    folder.mkdir(parents=True)
    torch.onnx.export(
        model,
        inputs(2, 5, batch_first, ragged),
        str(folder / 'model.onnx'),
        opset_version=14,
        input_names=names,
        output_names=outputs,
        dynamic_axes=None if axes == 'fixed' else {n: a for n, a in open_axes.items() if n in names + outputs},
    )
    shapes = [(2, 5)] if axes == 'fixed' else [(2, 5), (1, 1), (5, 17), (1, 17), (5, 1)]
    for i, (batch, steps) in enumerate(shapes):
        own = inputs(batch, steps, batch_first, ragged)
        write_case(folder / f'test_data_set_{i}', list(zip(names, own)), list(zip(outputs, model(*own))))


def main(folder):
    warnings.simplefilter('ignore')
    torch.manual_seed(1)
    torch.set_num_threads(1)
    cases = itertools.product(KINDS, (1, 2, 3), (False, True), (False, True), ('fixed', 'open', 'lengths'))
    count = 0
    for kind, layers, bidirectional, batch_first, axes in cases:
        name = f"{kind}-{layers}-{'two' if bidirectional else 'one'}-{'batch' if batch_first else 'time'}-{axes}"
        write(pathlib.Path(folder) / name, kind, layers, bidirectional, batch_first, axes)
        count += 1
    print(f'{count} models')


if __name__ == '__main__':
    main(*sys.argv[1:])
