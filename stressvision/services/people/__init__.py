"""Employees, enrolment, consent and the gallery of faces."""
