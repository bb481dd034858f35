"""How text that is not ours is written into SQL and into messages."""


def quoted(text: object) -> str:
    """A text as a literal of SQL, with its quotation marks."""
    return "'{}'".format(str(text).replace("'", "''"))


def printable(text: str) -> str:
    """A text as it may be printed: no character in it breaks the line or controls a terminal."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)
