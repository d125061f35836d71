"""Cámaras: state and history of each camera, live pictures, pauses and what each one watches."""
