"""The daily question of a group: its settings, its pushes, its answers.

commands.py  which messages are commands (pure)     plugin.py    takes commands and answers
*wording.py  what is said (pure)                    letters.py   which question a letter answers
changes.py   what settings become (pure)            showing.py   questions and reasons again
waiting.py   what waits for a person                pushing.py   what is sent when nobody asked
"""
