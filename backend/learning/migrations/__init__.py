"""The schema's history, oldest first, as Alembic reads it.

A change of ``tables.py`` needs a revision in ``versions/``; a test compares the two. Revisions
never import ``tables``: they must do tomorrow what they did when they were written. SQLite drops
the triggers of a table that is copied (``batch_alter_table``): create them again
(``append_only``).
"""
