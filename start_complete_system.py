"""Starts the whole system: `python3 start_complete_system.py --help`. On its first run it prepares what it needs."""

from stressvision.launcher.environment import enter

enter(prepare=True)

from stressvision.launcher.command import main

if __name__ == "__main__":
    raise SystemExit(main())
