"""The dashboard: `python main.py`, or `streamlit run main.py`."""

from stressvision.launcher.environment import enter, leave_out_rich

enter()
leave_out_rich()

from stressvision.dashboard.server import main

if __name__ == "__main__":
    main()
