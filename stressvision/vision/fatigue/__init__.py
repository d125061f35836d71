"""Drowsiness from lids and yawns, relative to the usual values of each person."""
