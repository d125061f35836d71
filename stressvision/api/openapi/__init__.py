"""The OpenAPI document: summaries, translated descriptions and examples."""
