"""Cuentas: accounts of people, and tokens of devices and programs."""
