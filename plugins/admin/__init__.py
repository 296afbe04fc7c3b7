"""What the operator can see and do from the chat: /管理, for configured accounts only.

commands.py  which messages are commands (pure)     reports.py  reported questions (纠错)
wording.py   what is said (pure)                    plugin.py   pushes, groups, numbers
"""
