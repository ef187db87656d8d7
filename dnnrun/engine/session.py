"""What TensorFlow is told before a model is built: device or workers, precision, threads, determinism, seed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import keras
import tensorflow as tf
from tensorflow.python.eager import context  # the one way to set how long workers are waited for

from dnnrun.config.schema import Experiment
from dnnrun.data.dataset import Dataset
from dnnrun.engine.team import ConnectedTeam, Team
from dnnrun.engine.threads import choose_threads
from dnnrun.engine.workers import Workers
from dnnrun.errors import ConfigError, Problem

_SECONDS_TO_CONNECT = 60  # all of them are there and have agreed when they begin to connect
_SECONDS_TO_ANSWER = 20  # silence of a worker after which the others take it for dead


@dataclass(frozen=True)
class Session:
    """The device that was taken.

    Args:
        kind: ``cpu``, ``gpu`` or ``tpu``.
        device: what it is, in words for a person.
        strategy: TensorFlow's distribution strategy, or None for its default.
        threads: of TensorFlow on the CPU; 0 for as many as there are cores.
        placement: the device to place everything on, such as ``/CPU:0``, or None to leave it to TensorFlow.
        team: the processes that train together.
    """

    kind: str
    device: str
    strategy: Any = None
    threads: int = 0
    placement: str | None = None
    team: Team = field(default_factory=Team)

    @contextlib.contextmanager
    def scope(self) -> Iterator[None]:
        """Build and train inside this."""
        with contextlib.ExitStack() as stack:
            if self.strategy is not None:
                stack.enter_context(self.strategy.scope())
            if self.placement is not None:
                stack.enter_context(tf.device(self.placement))
            yield


def open_session(experiment: Experiment, dataset: Dataset, workers: Workers | None = None) -> Session:
    """Prepare TensorFlow for one run and return the device it will use.

    Args:
        experiment: the config.
        dataset: its data.
        workers: the processes that train it together, if there are several; all of them have met.

    Raises:
        ConfigError: the device that the config names is not there, or threads can no longer be changed.
    """
    keras.backend.clear_session()
    threads = _set_threads(experiment, dataset)
    if experiment.deterministic:
        tf.config.experimental.enable_op_determinism()
    keras.config.set_dtype_policy(experiment.precision)
    session = _choose_device(experiment) if workers is None else _connect(experiment, workers)
    keras.utils.set_random_seed(experiment.seed)
    return replace(session, threads=threads)


def _set_threads(experiment: Experiment, dataset: Dataset) -> int:
    """Set TensorFlow's threads and return how many it has; it takes a number only before it computes anything."""
    threads, config = choose_threads(experiment, dataset), tf.config.threading
    try:
        config.set_intra_op_parallelism_threads(threads)
        config.set_inter_op_parallelism_threads(threads)
    except RuntimeError as error:
        if experiment.threads == "auto":
            return int(config.get_intra_op_parallelism_threads())
        raise ConfigError(
            Problem(
                "threads can't be changed once TensorFlow has started in this process",
                experiment.place(("threads",)),
                "train in a new process, as the dnnrun command does",
            )
        ) from error
    return threads


def _choose_device(experiment: Experiment) -> Session:
    wanted = experiment.device
    if wanted in {"auto", "tpu"} and tf.config.list_physical_devices("TPU"):
        return _tpu()
    gpus = tf.config.list_physical_devices("GPU")
    if wanted in {"auto", "gpu"} and gpus:
        _let_memory_grow(gpus)
        details = tf.config.experimental.get_device_details(gpus[0])
        name = details.get("device_name", gpus[0].name)
        if len(gpus) > 1:
            return Session("gpu", f"{len(gpus)} GPUs ({name})", strategy=tf.distribute.MirroredStrategy())
        return Session("gpu", f"GPU ({name})")
    if wanted in {"gpu", "tpu"}:
        raise _missing(experiment)
    return Session("cpu", "CPU", placement="/CPU:0" if gpus else None)


def _connect(experiment: Experiment, workers: Workers) -> Session:
    """Connect with the other workers, each of which computes with all its GPUs, or else with its CPU."""
    gpus = tf.config.list_physical_devices("GPU")
    if experiment.device == "tpu" or (experiment.device == "gpu" and not gpus):
        raise _missing(experiment)
    if experiment.device == "cpu":
        gpus = []
        tf.config.set_visible_devices([], "GPU")
    _let_memory_grow(gpus)
    # TensorFlow itself would wait an hour for one that is lost between their meeting and here.
    context.context().configure_coordination_service(
        "standalone",
        service_leader="/job:worker/replica:0/task:0",
        cluster_register_timeout_in_ms=1000 * _SECONDS_TO_CONNECT,
        heartbeat_timeout_in_ms=1000 * _SECONDS_TO_ANSWER,
        coordinated_jobs=[
            context.coordination_config_pb2.CoordinatedJob(name="worker", num_tasks=len(workers.addresses))
        ],
    )
    resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(
        tf.train.ClusterSpec({"worker": list(workers.addresses)}),
        task_type="worker",
        task_id=workers.index,
        rpc_layer="grpc",
    )
    try:
        strategy = tf.distribute.MultiWorkerMirroredStrategy(cluster_resolver=resolver)
    except tf.errors.OpError as error:
        what = f"{workers.name(workers.index)} cannot connect with the others: {error.message.splitlines()[0]}"
        raise ConfigError(
            Problem(what, hint="name addresses that all workers reach, with ports that are free")
        ) from error
    count = len(workers.addresses)
    each = f"{len(gpus)} GPUs each" if len(gpus) > 1 else "a GPU each" if gpus else "a CPU each"
    team = ConnectedTeam(workers.index, count, strategy)
    return Session("gpu" if gpus else "cpu", f"{count} workers, {each}", strategy=strategy, team=team)


def _let_memory_grow(gpus: Sequence[Any]) -> None:
    for gpu in gpus:
        with contextlib.suppress(RuntimeError):  # already in use by this process: as it was set then
            tf.config.experimental.set_memory_growth(gpu, True)


def _missing(experiment: Experiment) -> ConfigError:
    found = ", ".join(device.device_type for device in tf.config.list_physical_devices())
    return ConfigError(
        Problem(
            f"there is no {experiment.device.upper()} that TensorFlow can use",
            experiment.place(("device",)),
            f"it finds: {found}; 'device: auto' takes the best there is",
        )
    )


def _tpu() -> Session:
    resolver = tf.distribute.cluster_resolver.TPUClusterResolver(tpu="local")
    tf.config.experimental_connect_to_cluster(resolver)
    tf.tpu.experimental.initialize_tpu_system(resolver)
    strategy = tf.distribute.TPUStrategy(resolver)
    return Session("tpu", f"TPU ({strategy.num_replicas_in_sync} cores)", strategy=strategy)
