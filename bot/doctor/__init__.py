"""The doctor: looks at everything that has to be right before people can be helped. One module a subject."""

from bot.doctor.rounds import examine

__all__ = ["examine"]
