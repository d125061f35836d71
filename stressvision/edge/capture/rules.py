"""What a device may estimate, of whom, and how often it is reported."""

from dataclasses import dataclass

from stressvision.core.config import Policy


@dataclass(frozen=True)
class Rules:
    """`detection_seconds`: the period that a detection stands for. `flag_photographs`: mark faces that do not live."""

    device_id: str
    policy: Policy
    analyse_unknown: bool
    detection_seconds: float
    flag_photographs: bool = False

    @property
    def expression_allowed(self) -> bool:
        return self.policy is not Policy.EU

    @property
    def strangers_allowed(self) -> bool:
        return self.analyse_unknown or self.policy is Policy.RESEARCH
