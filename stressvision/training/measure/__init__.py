"""Assessment of a finished model over one set or many: figures, tables, diagrams."""
