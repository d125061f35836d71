"""Frames to detections: pipeline, per-person state, models."""
