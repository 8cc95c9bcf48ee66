"""Which button has which meaning: the one table between the personas and the conversation.

Whoever writes the conversation keeps this table true: keys of buttons, several where a meaning has several. It is not
frozen with the personas and the checker; a meaning without a key counts as missing from every screen. "Yes" to the
gentle check-in and "yes" to the direct question share their keys, since either may answer an oblique sentence.
"""

from tests.safety.transcript import Keys

KEYS: Keys = {
    "yes_thinking_of_suicide": frozenset({"yes"}),
    "no_not_suicide": frozenset({"no"}),
    "yes_it_is_about_safety": frozenset({"yes"}),
    "not_what_i_meant": frozenset({"mistaken", "back"}),
    "back_to_where_i_was": frozenset({"back", "mistaken"}),
    "more_ways_to_help": frozenset({"ways", "more"}),
    "grounding": frozenset({"grounding"}),
    "safety_plan": frozenset({"plan"}),
    "call_back": frozenset({"callback", "call_back"}),
    "help_now": frozenset({"help"}),
}
