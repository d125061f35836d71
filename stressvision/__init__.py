"""Stress Vision: expression and fatigue on the shop floor, recorded with consent, on one local database."""

VERSION = "0.4.0"
