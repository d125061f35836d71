"""Inscribir: enrolment with consent, and the rights of an enrolled person."""
