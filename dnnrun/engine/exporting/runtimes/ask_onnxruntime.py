"""Ask an ONNX model for predictions, with onnxruntime and nothing else; see this folder's `__init__`."""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime

model, asked, answered, report = map(Path, sys.argv[1:5])
with np.load(asked) as arrays:
    rows = {name: array.astype(object) if array.dtype.kind == "U" else array for name, array in arrays.items()}
session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
names = [output.name for output in session.get_outputs()]
with answered.open("wb") as file:
    np.savez(file, **dict(zip(names, session.run(names, rows), strict=True)))
versions = {"onnxruntime": onnxruntime.__version__, "numpy": np.__version__}
report.write_text(json.dumps({"versions": versions, "modules": sorted({name.split(".")[0] for name in sys.modules})}))
