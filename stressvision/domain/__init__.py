"""Business rules, without I/O."""
