"""What older versions of Keras and other libraries call things, with how it is said here today."""

from __future__ import annotations

from dnnrun.components import Kind

_FROM_DATA = "take it out: the shape of the input comes from the data"
_SCHEDULE = (
    "a rate that decays is a schedule now: "
    "learning_rate: {InverseTimeDecay: {initial_learning_rate: 0.01, decay_steps: 1, decay_rate: 1e-6}}"
)

# By the kind of the object; the modern argument, or a sentence.
_ARGUMENTS: dict[Kind, dict[str, str]] = {
    "layers": {
        "input_shape": _FROM_DATA,
        "batch_input_shape": _FROM_DATA,
        "batch_shape": _FROM_DATA,
        "batch_size": "take it out: batch_size stands at the top level of the config",
        "input_length": _FROM_DATA,
        "input_dim": _FROM_DATA,
        "output_dim": "units",
        "nb_filter": "filters",
        "nb_row": "kernel_size",
        "nb_col": "kernel_size",
        "filter_length": "kernel_size",
        "pool_length": "pool_size",
        "subsample": "strides",
        "subsample_length": "strides",
        "stride": "strides",
        "border_mode": "padding",
        "dim_ordering": "data_format",
        "bias": "use_bias",
        "p": "rate",
        "keep_prob": "rate is the share to drop: rate: 0.2 keeps 0.8",
        "init": "kernel_initializer",
        "W_regularizer": "kernel_regularizer",
        "b_regularizer": "bias_regularizer",
        "W_constraint": "kernel_constraint",
        "b_constraint": "bias_constraint",
        "inner_activation": "recurrent_activation",
        "inner_init": "recurrent_initializer",
        "dropout_W": "dropout",
        "dropout_U": "recurrent_dropout",
        "alpha": "negative_slope",
        "weights": "weights come from a file: initial_weights at the top level of the config",
        "implementation": "take it out: Keras chooses by itself",
    },
    "optimizers": {
        "lr": "learning_rate",
        "decay": _SCHEDULE,
        "schedule_decay": _SCHEDULE,
    },
    "callbacks": {
        "period": "use save_freq, which counts batches: the steps of an epoch, times the epochs",
        "epsilon": "min_delta",
        "load_weights_on_restart": "take it out: 'dnnrun resume' goes on with a run",
        "write_grads": "take it out: TensorBoard does not show gradients any more",
    },
}
_NAMES: dict[Kind, dict[str, str]] = {
    "layers": {
        "CuDNNLSTM": "LSTM, which takes cuDNN by itself",
        "CuDNNGRU": "GRU, which takes cuDNN by itself",
        "ThresholdedReLU": "{ReLU: {threshold: 1.0}}",
        "TimeDistributedDense": "{TimeDistributed: {layer: {Dense: ...}}}, or Dense alone, which does the same",
        "Merge": "Concatenate, Add, Multiply and the like, with inputs",
        "Linear": "{Dense: ...}",
        "BatchNorm1d": "BatchNormalization",
        "BatchNorm2d": "BatchNormalization",
        "StandardScaler": "Normalization, under dataset.preprocess",
        "MinMaxScaler": "{Rescaling: ...}, under dataset.preprocess",
    },
    "initializers": {
        "normal": "RandomNormal",
        "gaussian": "RandomNormal",
        "uniform": "RandomUniform",
        "msra": "HeNormal",
        "xavier": "GlorotUniform",
        "kaiming": "HeNormal",
        "zero": "Zeros",
        "one": "Ones",
    },
    "losses": {
        "cross_entropy": "sparse_categorical_crossentropy for class numbers, binary_crossentropy for two classes",
        "CrossEntropyLoss": "{SparseCategoricalCrossentropy: {from_logits: true}}",
        "BCELoss": "binary_crossentropy",
        "BCEWithLogitsLoss": "{BinaryCrossentropy: {from_logits: true}}",
        "NLLLoss": "sparse_categorical_crossentropy, behind softmax",
        "MSELoss": "mse",
        "L1Loss": "mae",
    },
    "metrics": {
        "acc_top5": "{SparseTopKCategoricalAccuracy: {k: 5}}",
        "rmse": "RootMeanSquaredError",
        "f1": "{F1Score: {average: macro}}, for one-hot labels",
        "r2": "R2Score",
    },
}
_WEIGHTS, _MODEL = ".weights.h5", ".keras"
# Endings of files that earlier versions wrote; Keras 3 takes two, and tells weights from a model by them.
_ENDINGS = (".h5", ".hdf5", ".ckpt", ".tf", ".pb")


def modern_argument(kind: Kind, argument: str, allowed: tuple[str, ...]) -> str:
    """Return how an argument that is no more is said today, or nothing where it never was one.

    Args:
        kind: of the object that it was given to.
        argument: its old name.
        allowed: what the object takes today.
    """
    modern = _ARGUMENTS.get(kind, {}).get(argument, "")
    is_name = modern.isidentifier()
    if is_name and modern not in allowed:
        return ""
    return f"it is called {modern} here" if is_name else modern


def modern_name(kind: Kind, name: str) -> str:
    """Return how an object that is no more is written today, or nothing where it never was one."""
    modern = _NAMES.get(kind, {}).get(name)
    return f"write {modern}" if modern else ""


def fault_of_ending(path: str, *, weights_only: bool | None) -> tuple[str, str]:
    """Return what is wrong with the ending of a file that Keras is to write or read, and how it is written today.

    Args:
        path: the file.
        weights_only: whether it is for weights alone; None where it may be either.

    Returns:
        Two empty texts where nothing is wrong.
    """
    if path.endswith((_WEIGHTS, _MODEL)):
        right = _WEIGHTS if weights_only else _MODEL
        if weights_only is None or path.endswith(right):
            return "", ""
        holds = "weights alone" if weights_only else "a whole model"
        return f"a file with {holds} ends in {right}", f"write {_stem(path)}{right}"
    old = next((ending for ending in _ENDINGS if path.endswith(ending)), None)
    fault = f"the ending {old} is not taken by Keras 3" if old else f"the file must end in {_MODEL} or {_WEIGHTS}"
    stem = path.removesuffix(old) if old else path
    stem = stem.removesuffix(".weights")
    hints = {True: f"{stem}{_WEIGHTS}", False: f"{stem}{_MODEL}", None: f"{stem}{_WEIGHTS} or {stem}{_MODEL}"}
    return fault, f"write {hints[weights_only]}"


def _stem(path: str) -> str:
    return path.removesuffix(_WEIGHTS).removesuffix(_MODEL)
