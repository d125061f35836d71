"""Reports, one now or one every quarter of an hour: `python report_generator.py`."""

from stressvision.launcher.environment import enter, leave_out_rich

enter()
leave_out_rich()

from stressvision.reporter.command import main

if __name__ == "__main__":
    raise SystemExit(main())
