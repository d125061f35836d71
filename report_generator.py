"""Reports, one now or one every quarter of an hour: `python report_generator.py`."""

from stressvision.launcher.environment import enter

enter()

from stressvision.reporter.command import main

if __name__ == "__main__":
    raise SystemExit(main())
