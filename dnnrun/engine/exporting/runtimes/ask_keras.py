"""Ask a Keras model for predictions; see this folder's `__init__`.

Behind the four paths stands, as JSON, what Keras calls the inputs and the outputs that are asked for, and the import
paths of the classes and functions of the user's own that the model is made of.
"""

import importlib
import json
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

model, asked, answered, report = map(Path, sys.argv[1:5])
inputs, outputs, own = map(json.loads, sys.argv[5:8])
known = {}
for module, _, name in (path.partition(":") for path in own):
    known[name] = importlib.import_module(module)
    for part in name.split("."):
        known[name] = getattr(known[name], part)
with np.load(asked) as arrays, tf.device("/CPU:0"):
    rows = {name: tf.constant(arrays[safe]) for name, safe in inputs.items()}
    loaded = keras.models.load_model(model, compile=False, custom_objects=known)
    is_named = isinstance(getattr(loaded, "_inputs_struct", None), dict)
    values = list(rows.values())
    predicted = loaded(rows if is_named else values[0] if len(values) == 1 else values, training=False)
    given = predicted if isinstance(predicted, dict) else dict(zip(outputs, keras.tree.flatten(predicted), strict=True))
with answered.open("wb") as file:
    np.savez(file, **{safe: np.asarray(given[name]) for name, safe in outputs.items()})  # type: ignore[arg-type]
versions = {"keras": keras.__version__, "tensorflow": tf.__version__, "numpy": np.__version__}
report.write_text(json.dumps({"versions": versions, "modules": sorted({name.split(".")[0] for name in sys.modules})}))
