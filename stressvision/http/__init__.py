"""Rules that both web servers share: callers, rate limits, permissions."""
