"""The ingest server (port 5000): `python server_simulator.py`."""

from stressvision.launcher.environment import enter, leave_out_rich

enter()
leave_out_rich()

from stressvision.ingest.server import main

if __name__ == "__main__":
    raise SystemExit(main())
