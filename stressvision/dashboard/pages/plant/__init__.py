"""The page of the plant."""
