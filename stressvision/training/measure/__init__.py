"""What a finished model is worth: figures, tables, diagrams, over one set or many."""
