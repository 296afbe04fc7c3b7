"""What the embedder is trained on: questions, the passages that answer them, and those that do not.

The library has, among others, the cards os.lru and os.fifo, which contrast, and one table.
"""

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from backend.errors import EmbedderUnavailable
from backend.knowledge.aspects import HEADINGS
from backend.knowledge.library import load_library
from backend.retrieval.analysis import runs
from backend.retrieval.embedding.choice import CHINESE_BGE_INSTRUCTION
from backend.retrieval.embedding.pretrained import passage_input, query_input
from evaluation.queries import LabelledQuery, load_queries, parse_label
from finetune.embedder.corpus import load_corpus
from finetune.embedder.data import POOL, arranged, training_lines
from finetune.embedder.dense import DenseModel, nearest
from finetune.embedder.examples import ASKED, Example, training_examples
from tests.fakes_retrieval import CONTENT


class BagOfCharacters:
    """An ``Encoder`` whose vectors count characters; remembers what it was given."""

    def __init__(self):
        self.seen = []

    def encode(self, texts, *, query):
        self.seen += texts
        rows = np.full((len(texts), 257), 0.01, np.float32)
        for row, text in zip(rows, texts, strict=True):
            for character, count in Counter(text).items():
                row[ord(character) % 257] += count
        return rows

    def close(self):
        pass


@pytest.fixture(scope="module")
def corpus(library):
    return load_corpus(library)


@pytest.fixture(scope="module")
def shipped():
    return load_corpus(load_library(CONTENT))


def query(text, *relevant, split="dev"):
    return LabelledQuery(text, split, text, tuple(map(parse_label, relevant)), "", 1)


def dense(encoder=None, instruction=""):
    return DenseModel(encoder or BagOfCharacters(), instruction, lambda *said: None)


def lines(corpus, examples, negatives=3, batch_size=4, model=None):
    model = model or dense()
    vectors = model.encode_passages(corpus.passages)
    made = training_lines(
        corpus, examples, model, vectors, negatives=negatives, batch_size=batch_size
    )
    return [json.loads(line) for line in made]


def answers(examples, text):
    """Give the places of the passages that answer ``text``."""
    (one,) = [e for e in examples if e.query == text]
    return [(p.concept_id, p.aspect) for p in one.positives]


def test_a_card_is_asked_for_by_each_name_and_for_each_of_its_sections(corpus):
    examples = training_examples(corpus, [])
    lru = corpus.library.concepts["os.lru"]
    for name in (lru.name, *lru.aliases):
        assert answers(examples, name) == [("os.lru", "definition")]
    for aspect in lru.sections:
        assert answers(examples, ASKED[aspect][0].format(lru.name)) == [("os.lru", aspect)]


def test_every_aspect_that_a_card_can_have_is_asked_for():
    assert set(ASKED) == set(HEADINGS)


def test_a_part_is_answered_by_the_passages_that_name_it(shipped):
    examples = training_examples(shipped, [])
    assert answers(examples, "鸵鸟算法")
    for example in examples:
        owner = [c for c in shipped.library.concepts.values() if example.query in c.covers]
        for concept in owner:
            naming = [a for a, text in concept.sections.items() if example.query in text]
            if naming:
                assert [p.aspect for p in example.positives] == naming


def test_two_concepts_are_compared_by_their_table(corpus):
    (table,) = corpus.library.comparisons
    one, other = (corpus.library.concepts[i].name for i in table.ids)
    examples = training_examples(corpus, [])
    (found,) = [e for e in examples if e.query == f"{one}和{other}的区别"]
    assert {p.source for p in found.positives} == {table.path}
    assert found.concepts == set(table.ids)


def test_a_labelled_query_is_answered_by_what_its_labels_name(corpus):
    asked = [query("最久没用的先走", "os.lru#definition"), query("页面咋换", "os.lru", "os.fifo")]
    examples = training_examples(corpus, asked)
    assert answers(examples, "最久没用的先走") == [("os.lru", "definition")]
    whole = answers(examples, "页面咋换")
    assert {place[0] for place in whole} == {"os.lru", "os.fifo"}
    assert {place[1] for place in whole} <= {"definition", "principle"}


def test_the_held_back_half_is_never_trained_on(corpus):
    dev, held_back = query("谁最久没用", "os.lru"), query("谁先来谁先走", "os.fifo", split="test")
    examples = training_examples(corpus, [dev, held_back])
    assert dev.text in {e.query for e in examples}
    assert held_back.text not in {e.query for e in examples}


def test_not_even_the_labels_of_the_held_back_half_change_the_data(corpus):
    held_back = query("谁先来谁先走", "os.fifo", split="test")
    other = replace(held_back, relevant=(parse_label("os.lru"),))
    assert training_examples(corpus, [held_back]) == training_examples(corpus, [other])


def test_a_cards_own_question_is_left_out_where_a_held_back_query_reads_the_same(corpus):
    name = corpus.library.concepts["os.lru"].name
    held_back = query(f" 什么是 {name.lower()}？", "os.lru", split="test")
    assert f"什么是{name}" in {e.query for e in training_examples(corpus, [])}
    assert f"什么是{name}" not in {e.query for e in training_examples(corpus, [held_back])}


def test_no_shipped_training_query_reads_like_a_held_back_one(shipped):
    queries = load_queries()
    held_back = {"".join(runs(q.text)) for q in queries if q.split == "test"}
    trained = ["".join(runs(e.query)) for e in training_examples(shipped, queries)]
    assert len(held_back) == 100
    assert len(trained) == len(set(trained)) > 2000
    assert held_back.isdisjoint(trained)


def test_every_shipped_dev_query_is_trained_on(shipped):
    queries = load_queries()
    trained = {e.query for e in training_examples(shipped, queries)}
    assert [q.id for q in queries if q.split == "dev" and q.text not in trained] == []


def test_a_negative_is_never_about_a_concept_of_its_query(shipped):
    examples = {
        query_input(e.query, ""): e for e in training_examples(shipped, load_queries())[:150]
    }
    about = {
        passage_input(passage.searchable): concepts
        for passage, concepts in zip(shipped.passages, shipped.about, strict=True)
    }
    made = lines(shipped, list(examples.values()), negatives=7)
    assert {line["query"] for line in made} == set(examples)
    for line in made:
        concepts = examples[line["query"]].concepts
        assert len(line["neg"]) == POOL * 7
        assert not [n for n in line["neg"] if about[n] & concepts], line["query"]


def test_a_passage_that_names_the_concept_is_no_negative_but_its_contrast_is(corpus):
    asked = Example("互相等待", corpus.passages[:1], frozenset({"os.deadlock"}))
    (line,) = lines(corpus, [asked], negatives=99)
    negatives = {text.split("\n")[1] for text in line["neg"]}
    prevention = [p for p in corpus.passages if p.concept_id == "os.deadlock-prevention"]
    naming = [passage_input(p.searchable) for p in prevention if "死锁" in p.text]
    assert naming
    assert not set(naming) & set(line["neg"])
    assert "饥饿 饿死" in negatives


def test_the_hardest_negatives_come_first_and_as_many_as_asked_for(corpus):
    examples = training_examples(corpus, [query("页面置换", "os.lru#definition")])
    (line,) = [x for x in lines(corpus, examples, negatives=2) if x["query"] == "页面置换"]
    assert len(line["neg"]) == POOL * 2
    model = dense()
    asked = model.encode_queries([line["query"]])[0]
    near = [float(row @ asked) for row in encode_texts(line["neg"])]
    assert near == sorted(near, reverse=True)


def encode_texts(texts):
    rows = BagOfCharacters().encode(texts, query=False)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_the_trainer_reads_the_texts_that_searching_encodes(corpus):
    encoder = BagOfCharacters()
    examples = training_examples(corpus, [query("ＴＣＰ 的 Cache", "cn.tcp")])
    made = lines(corpus, examples, model=dense(encoder, CHINESE_BGE_INSTRUCTION))
    seen = set(encoder.seen)
    assert "tcp 的 cache" in {line["query"] for line in made}
    for line in made:
        assert CHINESE_BGE_INSTRUCTION + line["query"] in seen
        assert seen.issuperset(line["pos"])
        assert seen.issuperset(line["neg"])


def test_a_question_about_everything_has_no_negatives_and_is_left_out(corpus):
    everything = frozenset(corpus.library.concepts)
    asked = Example("全部", corpus.passages[:1], everything)
    other = Example("一个", corpus.passages[:1], frozenset({"os.lru"}))
    assert [line["query"] for line in lines(corpus, [asked, other])] == ["一个"]


@pytest.mark.parametrize("batch_size", [2, 8, 16])
def test_no_batch_asks_twice_about_one_concept(shipped, batch_size):
    examples = training_examples(shipped, load_queries())
    ordered = arranged(examples, batch_size)
    assert Counter(ordered) == Counter(examples)
    for start in range(0, len(ordered), batch_size):
        concepts = [c for e in ordered[start : start + batch_size] for c in e.concepts]
        assert len(concepts) == len(set(concepts))


def test_batches_that_cannot_be_free_of_repeats_are_still_filled():
    one = [Example(f"问{n}", (), frozenset({"os.lru"})) for n in range(5)]
    assert Counter(arranged(one, 2)) == Counter(one)


def test_vectors_that_are_no_numbers_are_refused():
    class Broken(BagOfCharacters):
        def encode(self, texts, *, query):
            return np.full((len(texts), 4), np.nan, np.float32)

    with pytest.raises(EmbedderUnavailable, match="学习率"):
        dense(Broken()).encode_queries(["死锁"])


def test_nearest_puts_the_best_cosine_first():
    vectors = np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32)
    assert nearest(vectors, np.array([0, 1], np.float32)).tolist() == [1, 2, 0]
