"""The backend (port 8000): `python backend_api.py`."""

from stressvision.launcher.environment import enter, leave_out_rich

enter()
leave_out_rich()

from stressvision.api.server import main

if __name__ == "__main__":
    raise SystemExit(main())
