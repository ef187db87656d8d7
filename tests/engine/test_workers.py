"""Which processes train together, where they meet, and what they leave on the disk: all without TensorFlow."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path

import pytest

from dnnrun.engine.rendezvous import meet
from dnnrun.engine.workers import Workers
from dnnrun.errors import ConfigError
from dnnrun.store import FollowingWriter, RunWriter


def test_two_options_name_the_workers() -> None:
    workers = Workers.named("a:1, [::1]:2", 1)
    assert workers == Workers(("a:1", "[::1]:2"), 1)
    assert workers is not None
    assert not workers.is_chief
    assert workers.place(1) == ("::1", 2)
    assert Workers.named(None, None) is None
    assert Workers.named("a:1", 0) is None


@pytest.mark.parametrize(
    ("addresses", "index", "message"),
    [
        ("a:1,b:2", None, "--workers needs --task-index too"),
        (None, 0, "--task-index needs --workers too"),
        ("a:1,b", 0, "'b' is no host:port"),
        ("a:1,b:99999", 0, "'b:99999' is no host:port"),
        ("a:1,a:1", 0, "two workers have the same address"),
        ("a:1,b:2", 2, "there is no worker 2: of 2 workers the first is 0, the last 1"),
        ("a:1,b:2", -1, "there is no worker -1"),
    ],
)
def test_wrong_options_are_refused(addresses: str | None, index: int | None, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        Workers.named(addresses, index)
    assert "--task-index N" in (caught.value.problems[0].hint or "")


def config_of(cluster: dict[str, list[str]], kind: str, index: int) -> dict[str, str]:
    return {"TF_CONFIG": json.dumps({"cluster": cluster, "task": {"type": kind, "index": index}})}


def test_the_environment_names_the_workers_the_chief_first() -> None:
    cluster = {"worker": ["a:1", "b:2"], "chief": ["c:3"]}
    assert Workers.from_environment(config_of(cluster, "chief", 0)) == Workers(("c:3", "a:1", "b:2"), 0)
    assert Workers.from_environment(config_of(cluster, "worker", 1)) == Workers(("c:3", "a:1", "b:2"), 2)
    assert Workers.from_environment(config_of({"worker": ["a:1", "b:2"]}, "worker", 0)) == Workers(("a:1", "b:2"), 0)


@pytest.mark.parametrize("environment", [{}, {"TF_CONFIG": ""}, config_of({"worker": ["a:1"]}, "worker", 0)])
def test_a_single_worker_trains_alone(environment: dict[str, str]) -> None:
    assert Workers.from_environment(environment) is None


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"TF_CONFIG": "{"}, "it cannot be understood"),
        ({"TF_CONFIG": "[]"}, "it cannot be understood"),
        ({"TF_CONFIG": '{"cluster": {"worker": ["a:1", "b:2"]}}'}, "it has no 'task'"),
        (config_of({"worker": ["a:1"], "ps": ["b:2"]}, "ps", 0), "dnnrun knows chief and worker, and not ps"),
        (config_of({"worker": ["a:1", "b:2"]}, "chief", 0), "the task is of type 'chief'"),
    ],
)
def test_a_wrong_environment_is_refused(environment: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Workers.from_environment(environment)


def free_addresses(count: int) -> tuple[str, ...]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    addresses = tuple(f"127.0.0.1:{each.getsockname()[1]}" for each in sockets)
    for each in sockets:
        each.close()
    return addresses


def meeting(facts: list[dict[str, str]], indexes: list[int] | None = None) -> tuple[list[str], list[list[str]]]:
    """Let workers meet, each in a thread; return what each was refused with, and what it was told."""
    indexes = indexes or list(range(len(facts)))
    addresses = free_addresses(max(indexes) + 1)
    faults, told = ["" for _ in facts], [[] for _ in facts]  # type: ignore[var-annotated]

    def attend(place: int) -> None:
        try:
            meet(Workers(addresses, indexes[place]), facts[place], told[place].append)
        except ConfigError as error:
            faults[place] = error.problems[0].what

    threads = [threading.Thread(target=attend, args=(place,)) for place in range(len(facts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert not any(thread.is_alive() for thread in threads)
    return faults, told


def test_workers_that_train_the_same_meet() -> None:
    faults, told = meeting([{"epochs": "3"}] * 3)
    assert faults == ["", "", ""]
    assert told[0][0].startswith("waiting for worker 1 (127.0.0.1:")
    assert ", worker 2 (" in told[0][0]
    assert told[1][0].startswith("waiting for worker 0 (")


def test_all_hear_that_one_trains_something_else() -> None:
    faults, _ = meeting([{"epochs": "3"}, {"epochs": "4"}])
    expected = "the workers are about to train different things: epochs is 3 on worker 0, 4 on worker 1"
    assert faults == [expected, expected]


def test_a_fact_that_only_one_has_is_a_difference() -> None:
    faults, _ = meeting([{}, {"seed": "1"}])
    assert faults[0].endswith("seed is nothing on worker 0, 1 on worker 1")


def test_two_processes_cannot_be_the_same_worker() -> None:
    faults, _ = meeting([{}, {}, {}], indexes=[0, 2, 2])
    assert all("two processes say that they are worker 2" in fault for fault in faults)


def test_a_worker_that_left_and_came_back_is_waited_for() -> None:
    addresses = free_addresses(3)
    chief = threading.Thread(target=meet, args=(Workers(addresses, 0), {}, lambda text: None))
    chief.start()
    place = Workers(addresses, 0).place(0)
    for message in (b'{"worker": 1, "facts": {}}\n', b"GET / HTTP/1.1\n", b'{"worker": 1,'):
        while True:
            try:
                with socket.create_connection(place, timeout=5) as early:
                    early.sendall(message)
            except OSError:
                continue
            break
    others = [
        threading.Thread(target=meet, args=(Workers(addresses, index), {}, lambda text: None)) for index in (1, 2)
    ]
    for other in others:
        other.start()
    for thread in (chief, *others):
        thread.join(timeout=30)
        assert not thread.is_alive()


def test_a_port_that_is_taken_is_said() -> None:
    with socket.create_server(("", 0)) as taken:
        addresses = (f"127.0.0.1:{taken.getsockname()[1]}", "127.0.0.1:1")
        with pytest.raises(ConfigError, match="cannot listen at its port"):
            meet(Workers(addresses, 0), {}, lambda text: None)


def test_one_that_follows_writes_its_log_and_nothing_else(tmp_path: Path) -> None:
    chief = RunWriter.create(tmp_path, "two", {})
    before = {path: path.stat().st_mtime_ns for path in chief.path.rglob("*")}
    writer = FollowingWriter(chief.path, 1)
    writer.write_config(b"written", "resolved")
    writer.write_labels(["a"])
    writer.history_to(1)
    writer.append_history({"epoch": 1, "loss": 0.5})
    writer.flush_history()
    writer.write_checkpoint({}, {})
    writer.write_evaluation({})
    writer.write_predictions({})
    writer.update(status="failed")
    with writer.model_file() as model, writer.weights_file() as weights:
        model.write_text("model")
        weights.write_text("weights")
    inside = writer.inside("deep/best.keras", folder="checkpoints")
    inside.write_text("best")
    writer.finish("completed")
    writer.log_file.write_text("log")
    writer.close()
    assert not inside.exists()
    assert writer.log_file == chief.path / "worker-1.log"
    after = {path: path.stat().st_mtime_ns for path in chief.path.rglob("*") if path != writer.log_file}
    assert after == before
    assert chief.read().status == "running"


def test_one_that_follows_makes_a_place_for_its_log_where_it_sees_no_run(tmp_path: Path) -> None:
    writer = FollowingWriter(tmp_path / "runs" / "20261125-120000-two", 2)
    writer.close()
    assert writer.log_file.parent.is_dir()
