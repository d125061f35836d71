"""Rules of what a device may estimate, for which people, and how often it reports."""

from dataclasses import dataclass

from stressvision.core.config import Policy


@dataclass(frozen=True)
class Rules:
    """What the pipeline may estimate, for which people, and how often it reports.

    Attributes:
        device_id: Name of the device in its detections.
        policy: Legal policy in force.
        analyse_unknown: Whether expressions of unknown people are estimated.
        detection_seconds: Period that a detection stands for.
        flag_photographs: Whether faces without signs of life are flagged.
    """

    device_id: str
    policy: Policy
    analyse_unknown: bool
    detection_seconds: float
    flag_photographs: bool = False

    @property
    def expression_allowed(self) -> bool:
        """Return whether the policy allows estimating expressions."""
        return self.policy is not Policy.EU

    @property
    def strangers_allowed(self) -> bool:
        """Return whether unknown people may be analysed."""
        return self.analyse_unknown or self.policy is Policy.RESEARCH
