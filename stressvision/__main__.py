"""`python -m stressvision --help`: enrolment, consent, the demonstration's people, the database."""

from stressvision.launcher.environment import enter

enter()

from stressvision.commands.command_line import main

if __name__ == "__main__":
    raise SystemExit(main())
