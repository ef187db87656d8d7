"""Tagging a run and writing a note to it, at any time, also while it is being trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dnnrun.errors import ConfigError, Problem, suggest
from dnnrun.store.locks import taking_turns
from dnnrun.store.notes import read_notes, write_notes
from dnnrun.store.reading import Run


def tag_run(run: Run, add: Sequence[str] = (), *, remove: Sequence[str] = ()) -> list[str]:
    """Add tags to a run, or take some away.

    Args:
        run: the run, running or not.
        add: words; those that it has already change nothing.
        remove: words that it has, from its config or added since.

    Returns:
        The tags that it has now.

    Raises:
        ConfigError: a tag is empty, or is to be removed and not there; nothing is changed.
        RunError: the run cannot be read, or its tags cannot be written.
    """
    problems = [Problem(f"{tag!r} is not a tag", hint="a tag is a word or a few") for tag in add if not _is_tag(tag)]
    both = [tag for tag in add if tag in remove]
    problems += [Problem(f"{tag!r} is to be added and to be removed", hint="decide for one") for tag in both]
    if problems:
        raise ConfigError(*problems)
    with taking_turns(run.path.absolute().parent):
        tags = run.tags
        missing = [tag for tag in remove if tag not in tags]
        if missing:
            raise ConfigError(*(_not_there(tag, tags, run) for tag in missing))
        configured = run.record.get("tags")
        notes = run.notes.changed(configured if isinstance(configured, list) else [], add, remove)
        if notes != run.notes:
            write_notes(run.path, notes)
    return run.tags


def note_run(run: Run, text: str) -> None:
    """Write a note to a run, in place of the one that it has; an empty text takes that away.

    Raises:
        RunError: what is there cannot be read, or the note cannot be written.
    """
    with taking_turns(run.path.absolute().parent):
        notes = replace(read_notes(run.path), text=text.strip())
        if notes != run.notes:
            write_notes(run.path, notes)


def _is_tag(tag: str) -> bool:
    return bool(tag) and tag == tag.strip() and tag.isprintable()


def _not_there(tag: str, tags: Sequence[str], run: Run) -> Problem:
    has = f"it has {', '.join(tags)}" if tags else "it has none"
    near = suggest(tag, tags)
    return Problem(f"{run.name} has no tag {tag!r}", hint=f"{near}\n{has}" if near else has)
