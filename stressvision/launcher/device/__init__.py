"""Set-up of a machine with only a camera: answers, their trials, and the files that are written."""
