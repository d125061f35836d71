"""Device health: heartbeat, temperature, statistics, faults."""
