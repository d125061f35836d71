"""A camera device on this computer: `python pi_simulator.py --source 0|FILE|rtsp://…|demo`."""

from stressvision.launcher.environment import enter, leave_out_rich

enter()
leave_out_rich()

from stressvision.edge.program import main

if __name__ == "__main__":
    raise SystemExit(main())
