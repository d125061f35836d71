"""Running the real programs as a user would, on ports of their own."""
