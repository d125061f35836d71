"""SQL statements, one module per subject; rows come and go as frozen dataclasses."""
