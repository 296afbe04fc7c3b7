"""What a person has done so far: check-in, reports, countdown, ranking, reminder, accounts.

commands.py  which messages are commands (pure)     drawings.py  reports as pictures (pure)
wording.py   what is said (pure)                    plugin.py    who asks, and what they get
"""
