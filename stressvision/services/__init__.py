"""One use case = one function = one transaction. Frameworks parse, call one of these, and render."""
