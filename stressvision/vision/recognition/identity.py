"""Identity of a track by the vote of its pictures; unknown when in doubt, as a wrong name is the worst answer."""

from collections import deque
from dataclasses import dataclass, replace
from enum import StrEnum

from stressvision.vision.recognition.gallery import Match

WINDOW = 7
LEAST_VOTES = 4
LEAST_SHARE = 0.6
LEAST_CONFIDENCE = 0.75
"""Mean over the votes for the name. On 282 strangers before a gallery of 60 people, votes that agree below the
threshold alone would let 4 % pass; this asks for a mean distance of 0.44, which 0.7 % reach."""
DOUBTS_TO_FORGET = 2
"""As many pictures in a row that do not confirm the name take it back."""


class Standing(StrEnum):
    """State of a track's identity: votes being collected, named, or unknown."""

    COLLECTING = "collecting"
    NAMED = "named"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Identity:
    """`match` is the winner's best vote with the mean confidence of all its votes; only for a named track."""

    standing: Standing
    match: Match | None = None


class IdentityVote:
    """The votes of one track: the newest WINDOW pictures."""

    def __init__(self) -> None:
        self._votes: deque[Match | None] = deque(maxlen=WINDOW)
        self.identity = Identity(Standing.COLLECTING)
        self._doubts = 0

    @property
    def in_doubt(self) -> bool:
        """Return whether the next picture should come soon: nothing is decided, or the last one did not confirm it."""
        return self.identity.standing is Standing.COLLECTING or self._doubts > 0

    def restart(self) -> None:
        """Drop the name and every vote: the track may show another person now."""
        self._votes.clear()
        self._doubts = 0
        self.identity = Identity(Standing.COLLECTING)

    def give_up(self) -> None:
        """Decide for unknown without a vote: no picture was good enough."""
        self.identity = Identity(Standing.UNKNOWN)

    def add(self, vote: Match | None) -> None:
        """Count one picture; None is a vote for unknown."""
        named = self.identity.match
        if named and vote and vote.employee_id != named.employee_id:
            self.restart()
        elif named:
            self._doubts = 0 if vote else self._doubts + 1
            if self._doubts >= DOUBTS_TO_FORGET:
                self.restart()
        self._votes.append(vote)
        self.identity = self._decide()

    def _decide(self) -> Identity:
        if len(self._votes) < LEAST_VOTES:
            return Identity(Standing.COLLECTING)
        own = [vote for vote in self._votes if vote]
        if len({vote.employee_id for vote in own}) != 1 or len(own) < max(LEAST_VOTES, LEAST_SHARE * len(self._votes)):
            return Identity(Standing.UNKNOWN)
        mean = sum(vote.confidence for vote in own) / len(own)
        if mean < LEAST_CONFIDENCE:
            return Identity(Standing.UNKNOWN)
        best = min(own, key=lambda vote: vote.distance)
        return Identity(Standing.NAMED, replace(best, confidence=mean))
