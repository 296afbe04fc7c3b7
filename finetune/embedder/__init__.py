"""``python -m finetune embedder``: an embedding model trained for the cards, and judged.

corpus.py    the cards' passages, and which concepts each of them is about
examples.py  questions with the passages that answer them: of the cards, and the dev queries
data.py      + mined hard negatives, in the order of batches: train.jsonl
train.py     FlagEmbedding in a child process: the model
judge.py     the held-back queries before and after: the verdict
pipeline.py  these in turn; the folder appears whole, at the end
command.py   the command line and its words
"""
