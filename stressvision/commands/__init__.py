"""`python -m stressvision …`: where vision and services meet."""
