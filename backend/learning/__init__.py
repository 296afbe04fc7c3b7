"""What the bot remembers of learners: attempts, and everything that can be rebuilt from them.

tables.py     every table            database.py    one engine, SQLite or PostgreSQL
migrating.py  schema up to date      committing.py  many writers, one transaction
values.py     what the classes below give and take
people.py     who is who             askings.py     what was asked, to whom, in which order
attempts.py   the append-only log    folding.py     log → wrong book, cards, ability, streak (pure)
log.py        reading it with the keys in force     grading.py, projections.py, asking_rows.py
rebuild.py    fold again, compare    progress.py    what is read of a person; reports.py sums
reviewing.py  FSRS                   ability.py     Elo
choosing.py   which point, which question next
groups.py     settings of groups     ledger.py      exactly one push per target and slot
corrections.py reported questions    privacy.py     forgetting and exporting a person
"""
