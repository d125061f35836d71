"""The only door to the database: tables, migrations, queries, the change feed."""
