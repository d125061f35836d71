"""Messages to people outside, by e-mail and webhook: written, and sent from the queue."""
