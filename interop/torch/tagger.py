"""A tagger made and trained by PyTorch, as an ONNX file that `recurve import` reads.

    tagger.py TRAIN TEST FOLDER [EPOCHS]

Reads CoNLL columns, the word first and the tag last. Writes tagger.onnx, words.txt and tags.txt (an
entry a line, in the order of ids), and test_data_set_0 with what PyTorch makes of some sentences.
Prints the accuracy on the test text.
"""
import pathlib
import random
import sys

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from tensors import write_case

PAD, UNKNOWN = '<pad>', '<unk>'


def sentences(path):
    own = []
    for line in open(path, encoding='utf-8'):
        fields = line.split()
        if fields:
            own.append((fields[0], fields[-1]))
        elif own:
            yield own
            own = []
    if own:
        yield own


class Tagger(torch.nn.Module):
    def __init__(self, words, tags, width=32, units=48):
        super().__init__()
        self.embedding = torch.nn.Embedding(words, width)
        self.lstm = torch.nn.LSTM(width, units, bidirectional=True, batch_first=True)
        self.output = torch.nn.Linear(2 * units, tags)

    def forward(self, ids, lengths):
        x = pack_padded_sequence(self.embedding(ids), lengths, batch_first=True)
        # without these the exporter writes down how many rows its example has
        zero = torch.zeros(2, ids.size(0), self.lstm.hidden_size)
        h, _ = pad_packed_sequence(self.lstm(x, (zero, zero))[0], batch_first=True)
        return self.output(h)


def batch(rows, words, tags):
    rows = sorted(rows, key=len, reverse=True)  # as pack_padded_sequence wants them
    lengths = torch.tensor([len(r) for r in rows])
    ids = torch.zeros(len(rows), len(rows[0]), dtype=torch.int64)
    targets = torch.full_like(ids, -100)
    for b, row in enumerate(rows):
        for t, (word, tag) in enumerate(row):
            ids[b, t] = words.get(word, words[UNKNOWN])
            targets[b, t] = tags[tag]
    return ids, lengths, targets


def main(train, test, folder, epochs='1'):
    torch.manual_seed(1)
    torch.set_num_threads(1)
    order = random.Random(1)
    text = list(sentences(train))
    counts = {}
    for row in text:
        for word, _ in row:
            counts[word] = counts.get(word, 0) + 1
    known = [PAD, UNKNOWN] + sorted(w for w, n in counts.items() if n > 1)
    names = sorted({tag for row in text for _, tag in row})
    words, tags = ({name: i for i, name in enumerate(all)} for all in (known, names))

    model = Tagger(len(words), len(tags))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    for _ in range(int(epochs)):
        order.shuffle(text)
        for at in range(0, len(text), 16):
            ids, lengths, targets = batch(text[at : at + 16], words, tags)
            loss = torch.nn.functional.cross_entropy(model(ids, lengths).transpose(1, 2), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    model.eval()
    right = total = 0
    for row in sentences(test):
        ids, lengths, targets = batch([row], words, tags)
        right += (model(ids, lengths).argmax(2) == targets).sum().item()
        total += len(row)
    print(f'{total} words, accuracy {100 * right / total:.2f}')

    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    ids, lengths, _ = batch(text[:5], words, tags)
    torch.onnx.export(
        model,
        (ids, lengths),
        str(folder / 'tagger.onnx'),
        opset_version=14,
        input_names=['ids', 'lengths'],
        output_names=['scores'],
        dynamic_axes={'ids': {0: 'batch', 1: 'time'}, 'lengths': {0: 'batch'}, 'scores': {0: 'batch', 1: 'time'}},
    )
    (folder / 'words.txt').write_text('\n'.join(known) + '\n', encoding='utf-8')
    (folder / 'tags.txt').write_text('\n'.join(names) + '\n', encoding='utf-8')
    ids, lengths, _ = batch(text[5:9], words, tags)
    case = folder / 'test_data_set_0'
    write_case(case, [('ids', ids), ('lengths', lengths)], [('scores', model(ids, lengths))])


if __name__ == '__main__':
    main(*sys.argv[1:])
