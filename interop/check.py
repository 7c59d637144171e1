"""ONNX's own checker, with shape inference, over the files named."""
import sys

import onnx

for name in sys.argv[1:]:
    model = onnx.load(name)
    onnx.checker.check_model(model, full_check=True)
print(f"onnx {onnx.__version__} accepts all of {len(sys.argv) - 1} files")
