"""Storing detections and sessions."""
