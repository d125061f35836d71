"""Tables, triggers, migrations, and opening or converting a database."""
