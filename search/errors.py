"""What cannot be done, in one sentence: what, where, and how to mend it. Every room has its own kinds."""


class InputError(Exception):
    """What the user gave is wrong."""


class UnfitError(Exception):
    """What we run on is: a setting, a file, a database, a model."""
