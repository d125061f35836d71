"""Use cases: one function, one transaction each. The web frameworks parse, call one of them, and render."""
