"""A model behind an OpenAI-compatible completion server: declared by it, never measured."""
