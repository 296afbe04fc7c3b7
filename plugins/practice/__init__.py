"""Practice of one's own: single questions, reviews, the wrong book, mock exams, reports.

commands.py  which messages are commands, in the words of patterns.py and phrases.py (pure)
plugin.py    who takes a message                   undisclosed.py  what a group must not see yet
drill.py     one question after the other          grading.py  what becomes of an answer
papers.py    mock exams                            book.py  the wrong book
reports.py   questions that are wrong              memory.py  what a next "继续" stands for
wording.py, paper_wording.py, exports.py           what is said and written out (pure)
"""
