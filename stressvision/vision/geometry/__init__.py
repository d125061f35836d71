"""Geometry of a face from one pass of the mesh network: pose, eyes, mouth, cover."""
