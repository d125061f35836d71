"""The eye network: its pictures, its training, the one step that makes it."""
