"""Creating alerts, deciding on them, silences, escalation, device alerts."""
