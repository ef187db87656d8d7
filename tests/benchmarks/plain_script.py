"""What ``configs/mnist_adam.yaml`` says, as a script that a person would write with Keras; `whole_command` times it."""

from __future__ import annotations

import sys
from pathlib import Path

import keras
import matplotlib as mpl
import numpy as np
import pandas as pd
from sklearn.metrics import ConfusionMatrixDisplay, classification_report
from sklearn.model_selection import train_test_split

mpl.use("Agg")
import matplotlib.pyplot as plt

FILE = Path(__file__).parents[2] / "dnnrun" / "data" / "files" / "mnist.npz"


def main(folder: Path) -> None:
    keras.utils.set_random_seed(42)
    with np.load(FILE) as arrays:
        x, y, x_test, y_test = (arrays[name] for name in ("x_train", "y_train", "x_test", "y_test"))
    x, x_test = (x / 255.0).astype("float32"), (x_test / 255.0).astype("float32")
    x, x_held_out, y, y_held_out = train_test_split(x, y, test_size=0.1, stratify=y, random_state=42)

    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, batch_size=32, epochs=5, validation_data=(x_held_out, y_held_out)).history
    print(model.evaluate(x_test, y_test))

    predicted = model.predict(x_test).argmax(axis=1)
    print(classification_report(y_test, predicted))
    ConfusionMatrixDisplay.from_predictions(y_test, predicted)
    plt.savefig(folder / "confusion_matrix.png")
    table = pd.DataFrame(history)
    table.to_csv(folder / "history.csv", index=False)
    for name in ("loss", "accuracy"):
        table[[name, f"val_{name}"]].plot()
        plt.savefig(folder / f"{name}.png")
    model.save(folder / "model.keras")
    model.save_weights(folder / "model.weights.h5")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
