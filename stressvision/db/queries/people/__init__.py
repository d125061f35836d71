"""Statements on employees and the faces by which they are recognised."""
