"""The backend (port 8000): `python backend_api.py`."""

from stressvision.launcher.environment import enter

enter()

from stressvision.api.server import main

if __name__ == "__main__":
    raise SystemExit(main())
