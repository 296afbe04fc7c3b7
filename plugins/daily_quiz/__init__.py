"""The daily question of a group: its settings, its pushes, its answers.

commands.py  which messages are commands (pure)     plugin.py   settings and answers
wording.py   what is said (pure)                    pushing.py  what is sent when nobody asked
"""
