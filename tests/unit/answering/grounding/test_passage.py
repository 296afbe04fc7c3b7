from backend.answering.grounding.passage import merged, read


def test_a_text_is_read_into_pairs_words_and_numbers():
    passage = read("**LRU** 淘汰最久未用的页，3 个页框。")
    assert {"淘汰", "最久", "页框"} <= passage.pairs
    assert "lru" in passage.words
    assert passage.values == {"3"}


def test_a_cell_stands_with_the_heads_of_its_row_and_column():
    passage = read("| 编码 | 范围 | 零 |\n|---|---|---|\n| 补码 | −128～127 | 00H |")
    cell = next(f for f in passage.fragments if "-128" in f.text)
    assert {"补码", "范围"} <= cell.pairs
    assert "零" not in cell.letters


def test_lists_and_enumerations_are_counted():
    assert "3" in read("- 甲\n- 乙\n- 丙").counts
    assert "4" in read("互斥、不可剥夺、请求并保持、循环等待").counts


def test_the_clauses_of_a_line_are_fragments_of_their_own():
    texts = [f.text for f in read("读：不改内容，要重写。").fragments if not f.whole]
    assert texts == ["读", "不改内容", "要重写"]


def test_texts_merge_into_one():
    both = merged([read("甲乙 1"), read("丙丁 2")])
    assert {"甲乙", "丙丁"} <= both.pairs
    assert "乙丙" not in both.pairs
    assert both.values == {"1", "2"}
    only = read("甲乙")
    assert merged([only]) is only
