"""calm.yaml and exercises.yaml: short exercises, for a crisis and HR's own."""

from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from content.files import Files
from content.values import Key, Label, Message, Part, distinct, refuse
from flows.core.exercise import Exercise, ExerciseStep

LONGEST: Final = 180  # seconds of an exercise


class StepEntry(Part):
    """What to do for some seconds."""

    seconds: int = Field(ge=5, le=90)
    text: Message


class ExerciseEntry(Part):
    """A short exercise; `name` is what its button says."""

    key: Key
    name: Label
    steps: tuple[StepEntry, ...] = Field(min_length=2, max_length=8)

    @model_validator(mode="after")
    def _short(self) -> Self:
        if (seconds := sum(each.seconds for each in self.steps)) > LONGEST:
            message = f"this takes {seconds} seconds"
            raise refuse(message, f"{LONGEST} at most: make steps shorter, or leave some out", "steps")
        return self


class Exercises(Part):
    """calm.yaml and exercises.yaml: short exercises in one language, the first one foremost."""

    exercises: Annotated[
        tuple[ExerciseEntry, ...],
        AfterValidator(distinct("key", "give each entry a key of its own")),
        AfterValidator(distinct("name", "keep one of them")),
    ] = Field(min_length=1, max_length=12)


def read_exercises(files: Files, locale: str) -> tuple[Exercise, ...]:
    """Read a language's exercises for a crisis, then HR's own; a key or a name means one of them."""
    read: dict[str, Exercise] = {}
    for stem in ("calm", "exercises"):
        source = files.source(f"{locale}/{stem}.yaml", sentences=True)
        given = files.validate(source, Exercises) if source else None
        if source is None or given is None:
            continue
        for at, entry in enumerate(given.exercises):
            if entry.key in read or entry.name in {each.name for each in read.values()}:
                where, message = ("exercises", at), "an exercise of this key or name is in calm.yaml"
                files.problems.append(source.problem(where, message, "give it a key and a name of its own"))
            steps = tuple(ExerciseStep(**each.model_dump()) for each in entry.steps)
            read[entry.key] = Exercise(key=entry.key, name=entry.name, steps=steps, calm=stem == "calm")
    return tuple(read.values())
