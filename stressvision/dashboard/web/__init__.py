"""What the dashboard's server adds to Streamlit's: its policy, its own routes, its documents and a script."""
