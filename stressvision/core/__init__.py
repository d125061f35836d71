"""Foundations: settings, errors, time, logging, texts, processes and files."""
