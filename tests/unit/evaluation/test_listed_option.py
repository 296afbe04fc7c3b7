import pytest

from evaluation.listed_option import spread


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("--compare lexical dense", "--compare lexical --compare dense"),
        (
            "q.jsonl --compare lexical dense --json",
            "q.jsonl --compare lexical --compare dense --json",
        ),
        ("--compare dense a/q.jsonl", "--compare dense a/q.jsonl"),
        ("--compare dense --split dev", "--compare dense --split dev"),
        ("--compare dense --compare lexical", "--compare dense --compare lexical"),
        ("--split dev q.jsonl", "--split dev q.jsonl"),
        ("--compare", "--compare"),
        ("--compare --json", "--compare --json"),
    ],
)
def test_the_name_of_the_option_comes_before_each_of_its_values(written, read):
    assert spread(written.split()) == read.split()
