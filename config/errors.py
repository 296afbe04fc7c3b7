"""Why settings cannot be used."""


class SettingsInvalid(Exception):
    """The settings cannot be used; ``str`` is one Chinese sentence that names the culprit."""
