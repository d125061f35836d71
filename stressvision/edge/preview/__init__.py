"""The live preview: MJPEG server, window, overlay."""
