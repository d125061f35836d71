"""Live preview: MJPEG server, window, annotations."""
