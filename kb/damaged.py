"""What a paste that shows signs of damage says: the best of its readings, each with other damage undone.

Apart from `kb.recognise`, because these readings cost more to prepare than an undamaged paste to answer.
"""

from collections.abc import Mapping

from kb.ranking import telling
from matchers.engine import MatcherSet
from matchers.repair import Trust
from matchers.repair.pasted import Finding, Reading, scan_paste


def best_findings(matchers: MatcherSet, paste: bytes) -> list[Finding]:
    """The most telling finding of each entry in all readings of the paste."""
    best: dict[str, Finding] = {}
    for reading in scan_paste(matchers, paste):
        found = _most_telling(reading)
        if reading.trust is Trust.BETTER:  # it tells whether a line is there that an earlier reading did not see
            best = {entry: known for entry, known in best.items() if entry in found or not known.needs_absence}
        for entry, finding in found.items():
            known = best.get(entry)
            if known is None and reading.undone and _is_excused(matchers, finding, best):
                continue
            if known is None or _is_better(finding, known, reading.trust):
                best[entry] = finding
    return list(best.values())


def _most_telling(reading: Reading) -> dict[str, Finding]:
    """Of one reading, the finding of each entry that says most; of equals the first."""
    best: dict[str, Finding] = {}
    for finding in reading.findings:
        known = best.get(finding.match.entry)
        if not finding.match.recovery and (known is None or telling(finding.match) > telling(known.match)):
            best[finding.match.entry] = finding
    return best


def _is_excused(matchers: MatcherSet, finding: Finding, best: Mapping[str, Finding]) -> bool:
    """Whether lines that were cut hide from a matcher what would excuse it: one that wins over it was found before."""
    return finding.needs_absence and any(matchers.wins(other, finding.match.entry) for other in best)


def _is_better(finding: Finding, known: Finding, trust: Trust) -> bool:
    """Whether a later reading's finding takes the place of an earlier one's."""
    one, other = finding.match, known.match
    if one.order < other.order:
        return True
    more = len(one.fields) + len(finding.blacked_out) - len(other.fields) - len(known.blacked_out)
    if trust is Trust.BETTER:
        return more >= 0
    heavier = one.order == other.order and one.weight > other.weight
    return more >= 0 and heavier if trust is Trust.GUESS else more > 0 or (more == 0 and heavier)
