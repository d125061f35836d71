"""The addresses, one module a noun. None of them holds a rule: each calls one service."""
