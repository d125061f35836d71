"""Erasure, retention and the data kept about one person."""
