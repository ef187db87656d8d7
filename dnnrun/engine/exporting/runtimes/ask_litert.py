"""Ask a LiteRT model for predictions, with ai-edge-litert and nothing else; see this folder's `__init__`."""

import importlib.metadata
import json
import sys
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

model, asked, answered, report = map(Path, sys.argv[1:5])
with np.load(asked) as arrays:
    rows = {
        name: np.char.encode(array, "utf-8") if array.dtype.kind == "U" else array for name, array in arrays.items()
    }
predicted = Interpreter(str(model)).get_signature_runner("serving_default")(**rows)
with answered.open("wb") as file:
    np.savez(file, **predicted)
versions = {"ai-edge-litert": importlib.metadata.version("ai-edge-litert"), "numpy": np.__version__}
report.write_text(json.dumps({"versions": versions, "modules": sorted({name.split(".")[0] for name in sys.modules})}))
