"""What answers add up to."""

from collections.abc import Mapping

from flows.core.catalog import Instrument


def raised(instrument: Instrument, values: Mapping[str, str]) -> bool | None:
    """Tell whether a subscale is at or above its cut; None if an answer is missing or is no option."""
    totals = dict.fromkeys(instrument.cut, 0)
    for item in instrument.items:
        answer = values.get(item.key, "")
        if answer not in {str(points) for points in range(len(instrument.options))}:
            return None
        totals[item.part] += int(answer)
    return any(total >= instrument.cut[part] for part, total in totals.items())
