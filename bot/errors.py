"""Why the process cannot start or go on, as sentences for the operator."""


class StartupError(Exception):
    """The process cannot start; ``str`` is one Chinese sentence that says what to do."""
