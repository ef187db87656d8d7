"""Ask a SavedModel for predictions, with TensorFlow and nothing else; see this folder's `__init__`."""

import json
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf

model, asked, answered, report = map(Path, sys.argv[1:5])
with np.load(asked) as arrays, tf.device("/CPU:0"):
    loaded = tf.saved_model.load(str(model))
    predicted = loaded.signatures["serving_default"](**{name: tf.constant(array) for name, array in arrays.items()})
with answered.open("wb") as file:
    np.savez(file, **{name: tensor.numpy() for name, tensor in predicted.items()})
versions = {"tensorflow": tf.__version__, "numpy": np.__version__}
report.write_text(json.dumps({"versions": versions, "modules": sorted({name.split(".")[0] for name in sys.modules})}))
