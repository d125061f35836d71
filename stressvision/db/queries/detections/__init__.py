"""Statements on detections, sessions and devices, and the figures counted from them."""
