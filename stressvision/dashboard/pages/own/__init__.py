"""The own page of a person, and the pages of the health service about it."""
