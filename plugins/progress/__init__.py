"""What a person has done so far: check-in, reports, countdown, ranking, reminder, accounts.

commands.py        which messages are commands (pure)   reporting.py  reports put together
wording.py         what is said (pure)                  drawings.py   reports as pictures (pure)
report_wording.py  what reports say (pure)              plugin.py     who asks, what they get
"""
