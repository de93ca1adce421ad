"""What a server sent is not the answer to what was asked."""


class Garbled(Exception):
    """An answer is JSON, and something in it is missing or cannot be; it is asked for again."""
