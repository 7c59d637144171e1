"""Writes tensors in the format of ONNX's own test cases, with nothing but the standard library."""

def _varint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def _field(number, payload):
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def tensor(name, array):
    """A TensorProto: dims 1, data_type 2, name 8, raw_data 9."""
    kinds = {'float32': 1, 'int32': 6, 'int64': 7}
    proto = b''.join(_varint(1 << 3) + _varint(d) for d in array.shape)
    proto += _varint(2 << 3) + _varint(kinds[str(array.dtype)])
    return proto + _field(8, name.encode()) + _field(9, array.tobytes())


def write_case(folder, inputs, outputs):
    """input_0.pb and so on, and output_0.pb and so on, from lists of (name, torch tensor)."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, all in (('input', inputs), ('output', outputs)):
        for i, (name, t) in enumerate(all):
            (folder / f'{kind}_{i}.pb').write_bytes(tensor(name, t.detach().contiguous().numpy()))
