"""Tables, triggers, migrations and the conversion of older databases."""
