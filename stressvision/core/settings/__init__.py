"""Settings in groups: name, type, default, unit and description of each, from which `docs/settings.md` is generated."""
