"""The `doctor` command: checks of this machine, its cameras and services, and the support bundle."""
