"""Floor 7: torch's names for what a backend's device module offers: devices, streams, events, memory and graphs."""
