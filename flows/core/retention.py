"""How long each class of data is kept: one table that the notice, the purge and the docs all read."""

from datetime import timedelta

CONVERSATION = timedelta(minutes=30)  # an open conversation, sealed, since the person last did something
APPOINTMENT = timedelta(days=1)  # an appointment, after its end
WAITING = timedelta(days=60)  # a place on a waiting list, from the day it was asked for
MISSED = timedelta(days=5)  # that nobody came to one, from its start: a weekend must not hide it
INTENT = timedelta(days=7)  # what somebody looked for as no provider answered, if they want to be told of its return
LEFT = timedelta(days=30)  # everything about somebody who is not in the chat any more, unless they write again
CARING = timedelta(hours=12)  # a message that somebody asked for, after its time: sent by then or not at all
TICKET = timedelta(days=1)  # that somebody asked to be called back, after the promised time; what they sent goes before
CHECK = timedelta(days=14)  # the day of the last private check: it asks about two weeks, so it is not made again before
REMINDER = timedelta(days=90)  # which manager asked for which reminder, after it went out
SEEN = timedelta(days=3)  # tags of events that arrived, to recognise a repetition
