"""Passages of cards for the fake search."""

from backend.retrieval.passages import make_passage


def card_passage(concept_id, text, aspect=None):
    return make_passage(text, text, concept_id, "OS0101", concept_id, concept_id, aspect)


PAGE_PASSAGES = (
    card_passage("os.lru", "页面置换 淘汰最久没用的页"),
    card_passage("os.fifo", "页面置换 淘汰最早调入的页"),
)
