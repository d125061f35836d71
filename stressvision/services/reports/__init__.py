"""Quarter-hour reports, daily and weekly summaries."""
