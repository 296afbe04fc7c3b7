"""Questions with computed answers: a solver, a seed, and distractors that are real mistakes.

frame.py   draws a draft from a generator and makes a question of it
one module for each kind of problem; ``ALL`` in registry.py names them

These modules word what they compute (ADR 0003): a stem, its convention and its steps are study
material that cannot stand apart from the numbers in it.
"""
