"""A language model made and trained by PyTorch, as an ONNX file that `recurve import` reads.

    language.py TEXT FOLDER [STEPS]

Reads plain text, a sentence a line. Writes language.onnx, with its states as inputs and outputs, and
symbols.txt (an entry a line, in the order of ids). Prints the mean negative log-likelihood of a word,
ends of sentences counted, of the text as one stream.
"""
import collections
import pathlib
import sys

import torch

END, UNKNOWN = '<eos>', '<unk>'


class Language(torch.nn.Module):
    def __init__(self, words, width=24, units=32, layers=2):
        super().__init__()
        self.embedding = torch.nn.Embedding(words, width)
        self.lstm = torch.nn.LSTM(width, units, layers, batch_first=True)
        self.output = torch.nn.Linear(units, words)

    def forward(self, ids, h, c):
        y, (h, c) = self.lstm(self.embedding(ids), (h, c))
        return self.output(y), h, c

    def begin(self, rows):
        return torch.zeros(self.lstm.num_layers, rows, self.lstm.hidden_size)


def main(text, folder, steps='30'):
    torch.manual_seed(1)
    torch.set_num_threads(1)
    lines = [line.split() for line in open(text, encoding='utf-8') if line.strip()]
    counts = collections.Counter(word for line in lines for word in line)
    words = [END, UNKNOWN] + [w for w, _ in sorted(counts.most_common(300)) if w not in (END, UNKNOWN)]
    ids = {word: i for i, word in enumerate(words)}
    stream = [ids[END]] + [ids.get(w, ids[UNKNOWN]) for line in lines for w in line + [END]]
    x, y = torch.tensor([stream[:-1]]), torch.tensor(stream[1:])

    model = Language(len(words))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    nll = lambda: torch.nn.functional.cross_entropy(model(x, model.begin(1), model.begin(1))[0][0], y)
    for _ in range(int(steps)):
        optimizer.zero_grad()
        nll().backward()
        optimizer.step()

    out = pathlib.Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    (out / 'symbols.txt').write_text('\n'.join(words) + '\n', encoding='utf-8')
    open_axes = {'ids': {0: 'batch', 1: 'time'}, 'logits': {0: 'batch', 1: 'time'}}
    open_axes.update({name: {1: 'batch'} for name in ('h0', 'c0', 'hn', 'cn')})
    torch.onnx.export(
        model, (x[:, :5].repeat(2, 1), model.begin(2), model.begin(2)), str(out / 'language.onnx'),
        input_names=['ids', 'h0', 'c0'], output_names=['logits', 'hn', 'cn'], dynamic_axes=open_axes,
        opset_version=13)
    with torch.no_grad():
        print(f'nll {nll().item():.5f}')


main(*sys.argv[1:])
