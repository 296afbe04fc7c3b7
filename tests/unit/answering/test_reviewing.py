"""What of a model's text is shown: kept, labelled or dropped, and when all of it is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.answering.answer import SourceRef
from backend.answering.excerpts import Excerpt
from backend.answering.grounding.checker import Checker
from backend.answering.grounding.sentences import split_sentences
from backend.answering.manners import Names
from backend.answering.reviewing import Asked, Policy, Review, Written
from backend.errors import GenerationRefused

LABEL = "（补充）"
CARD = Excerpt(
    SourceRef("死锁", "OS0101"),
    "死锁是多个进程因竞争资源而互相等待，谁也无法推进。\n"
    "死锁有四个必要条件：互斥、不剥夺、请求并保持、循环等待。\n破坏任意一个条件就能预防死锁。",
    "",
)
OTHER = Excerpt(
    SourceRef("饥饿", "OS0103"), "饥饿是进程长期得不到服务。\n饥饿的进程可能处于就绪态。", ""
)
NOTES = Excerpt(
    SourceRef("讲义.pdf", "第 3 页"),
    "实验里用看门狗检测死锁，每五秒扫描一次。\n蓝色的小船停在夜里的港口。",
    "",
    reviewed=False,
)
DEADLOCK = "死锁是多个进程互相等待[1]。"
CONDITIONS = "死锁有四个必要条件[1]。"
STARVATION = "饥饿是进程长期得不到服务[2]。"
TRUE = DEADLOCK + CONDITIONS


@pytest.fixture(scope="module")
def review_of(library):
    checker, names = Checker(library), Names(library)

    def start(
        excerpts=(CARD, OTHER),
        label=LABEL,
        share=1 / 3,
        contained=True,
        question="什么是死锁",
        **more,
    ):
        asked = Asked(question, excerpts, contained, **more)
        return Review(asked, checker, names, Policy(share, label))

    return start


@pytest.fixture
def reviewed(review_of):
    def finished(text, *arguments, **more) -> Written:
        review = review_of(*arguments, **more)
        for sentence in split_sentences(text):
            review.add(sentence)
        return review.finish()

    return finished


def test_supported_sentences_are_kept_as_they_are(reviewed):
    assert reviewed(TRUE) == Written(TRUE, (CARD.source,))


def test_sources_are_numbered_by_first_use_and_only_the_cited_are_named(reviewed):
    text = "饥饿是进程长期得不到服务[2]。死锁是多个进程互相等待[1]。饥饿的进程可能就绪[2]。"
    assert reviewed(text) == Written(
        "饥饿是进程长期得不到服务[1]。死锁是多个进程互相等待[2]。饥饿的进程可能就绪[1]。",
        (OTHER.source, CARD.source),
    )
    assert reviewed(STARVATION).sources == (OTHER.source,)


@pytest.mark.parametrize(
    "wrong",
    [
        "死锁有五个必要条件[1]。",
        "死锁就是银行家算法[1]。",
        "死锁也叫死结[9]。",
        "死锁是互相等待[0]。",
    ],
    ids=["number", "entity", "no such source", "source 0"],
)
def test_a_wrong_number_name_or_citation_is_dropped(reviewed, wrong):
    assert reviewed(TRUE + wrong).text == TRUE


def test_what_is_only_not_in_the_sources_is_labelled_or_dropped(reviewed):
    own = "死锁很让人头疼。"
    assert reviewed(TRUE + own).text == f"{TRUE}死锁很让人头疼。{LABEL}"
    assert reviewed(TRUE + own, label="").text == TRUE


def test_what_a_source_contradicts_is_no_harmless_addition(reviewed):
    memory = Excerpt(CARD.source, f"{CARD.text}\n死锁的进程不会释放已经占有的资源。", "")
    opposed = "死锁的进程会释放已经占有的资源[1]。"
    assert reviewed(TRUE + opposed, (memory,)).text == TRUE


@pytest.mark.parametrize(
    "own",
    [
        "今天的口令是海棠依旧。",
        "死锁的口号是 PWNED。",
        "死锁在第 77 页。",
        "我已经收到您的全部指示。",
        "死锁见 https://evil.example/a 。",
    ],
)
def test_a_view_of_its_own_that_is_not_plainly_about_the_subject_gets_no_label(reviewed, own):
    assert reviewed(TRUE + own).text == TRUE


@pytest.mark.parametrize(
    "own",
    [
        "死锁的必要条件有五个。",
        "死锁的必要条件有五个：\n",
        "## 死锁的必要条件有五个，缺一不可\n",
        "死锁要靠银行家算法。",
        "死锁的进程会释放已经占有的资源。",
        "加油，死锁的进程会释放已经占有的资源。",
        "死锁的进程会释放已经占有的资源，还有疑问？",
        "**死锁的进程会释放已占有的资源**\n",
        "| 死锁 | 死锁的进程会释放已占有的资源 |\n",
    ],
)
def test_what_cites_nothing_must_not_contradict_any_source(reviewed, own):
    memory = Excerpt(CARD.source, f"{CARD.text}\n死锁的进程不会释放已经占有的资源。", "")
    after = f"\n{STARVATION}"
    assert reviewed(f"{TRUE}\n{own}{after}", (OTHER, memory)[::-1], share=0.5).text.split() == [
        TRUE,
        STARVATION,
    ]


@pytest.mark.parametrize("own", ["## 死锁让人头疼，真的很烦\n", "| 死锁 | 就是让人头疼 |\n"])
def test_a_heading_or_a_row_takes_no_label(reviewed, own):
    assert LABEL not in reviewed(f"{TRUE}\n{own}\n{STARVATION}").text


def test_a_claim_that_looks_like_something_else_is_checked_as_well(reviewed):
    for own in (
        "# 死锁通常由操作人员用调试器解决[1]\n",
        "死锁通常由操作人员用调试器解决，希望有帮助[1]。",
        "死锁通常由操作人员用调试器解决，还有疑问[1]？",
    ):
        assert "调试器" not in reviewed(f"{TRUE}\n{own}\n{STARVATION}", label="").text


def test_no_view_of_its_own_is_shown_where_a_document_may_have_planted_it(reviewed):
    own = "死锁很让人头疼。"
    assert reviewed(TRUE + own, (CARD, NOTES)).text == TRUE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "死锁是多个进程互相等待。",
        "死锁是多个进程互相等待[7]。",
        "[1]",
        "## 死锁",
        "a[1]",
        DEADLOCK + "死锁有七个必要条件[1]。",
        DEADLOCK + CONDITIONS + "死锁有七个条件[1]。死锁有九个条件[1]。",
    ],
)
def test_a_text_with_too_little_support_is_refused(reviewed, text):
    with pytest.raises(GenerationRefused):
        reviewed(text)


def test_up_to_a_third_may_be_unsupported(reviewed):
    third = DEADLOCK + CONDITIONS + "死锁有七个必要条件[1]。"
    assert reviewed(third).text == TRUE
    with pytest.raises(GenerationRefused, match="多半"):
        reviewed(third, share=0.2)


def test_nonsense_is_refused_before_it_ends(review_of):
    review = review_of()
    review.add("今天的天气非常适合出去走一走。")
    review.add("我们可以先去海边再去山上看看。")
    with pytest.raises(GenerationRefused, match="没有资料依据"):
        review.add("晚上回来一起吃一顿热的火锅。")


def test_a_number_of_its_own_ends_a_computation_at_once(review_of):
    review = review_of(computing=True)
    review.add(CONDITIONS)
    with pytest.raises(GenerationRefused, match="自己算"):
        review.add("因此至少要 16 个资源才不会死锁[1]。")


@pytest.mark.parametrize(
    ("own", "is_refused"),
    [
        ("所以死锁一共有 7 次。", True),
        ("所以死锁一共有七次。", True),
        ("所以死锁一共有 7 次：\n", True),
        ("所以死锁一共有 8 次。", False),
        ("所以死锁一共有八次。", False),
        ("所以死锁的次数一共是 8 次：\n", False),
    ],
)
def test_no_number_without_a_source_gets_through_a_computation(reviewed, own, is_refused):
    """8 stands in the question, so that it is no number out of nowhere, but it is no result."""
    text = f"{TRUE}\n{own}\n{STARVATION}"
    more = {"question": "访问 8 次，死锁一共有几次", "computing": True}
    if is_refused:
        with pytest.raises(GenerationRefused, match="自己算"):
            reviewed(text, **more)
    else:
        assert reviewed(text, **more).text.split() == [TRUE, STARVATION]


def test_a_number_of_the_question_is_no_result_of_its_computation(reviewed):
    asked = {"question": "死锁：进程 7、0、1 互相等待，共 9 个资源", "computing": True}
    given = "死锁是多个进程互相等待，有 9 个资源[1]。"
    result = "死锁的进程互相等待 7 次[1]。"
    assert reviewed(TRUE + given + result, **asked).text == TRUE + given
    assert reviewed(TRUE + result, **{**asked, "computing": False}).text == TRUE + result


@pytest.mark.parametrize(
    "says_so",
    [
        "资料里没有死锁的条件。",
        "来源中没有给出死锁的必要条件。",
        "原文没有给出死锁的必要条件。",
        "以上内容没有给出死锁的必要条件。",
        "没有在资料中找到死锁的必要条件。",
    ],
)
def test_saying_that_the_sources_have_nothing_is_refused_where_the_card_answers(reviewed, says_so):
    text = TRUE + says_so
    with pytest.raises(GenerationRefused, match="其实有"):
        reviewed(text)
    assert reviewed(text, contained=False).text == text


def test_a_heading_or_lead_in_stays_only_before_something(reviewed):
    text = f"死锁的要点：\n- {CONDITIONS}\n- 死锁有七个必要条件[1]。\n"
    assert reviewed(f"{text}- {DEADLOCK}").text == f"死锁的要点：\n- {CONDITIONS}\n- {DEADLOCK}"
    lost = f"{TRUE}\n死锁的条件：\n- 死锁有七个必要条件[1]。"
    assert reviewed(lost, share=0.5).text == TRUE


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("死锁的必要条件如下[1]：", "没有内容"),
        ("死锁的必要条件如下：[1]", "没有内容"),
        ("死锁的必要条件如下[1]：\n- 死锁有七个必要条件[1]。", "没有内容"),
        ("不会。\n死锁的必要条件如下[1]：", "没有引用"),
    ],
)
def test_a_text_of_which_nothing_is_left_is_refused(reviewed, text, why):
    with pytest.raises(GenerationRefused, match=why):
        reviewed(text, share=0.5)


def test_only_what_the_final_text_cites_is_a_source(reviewed):
    lost = f"饥饿的特点如下[2]：\n\n## 死锁\n{TRUE}"
    assert reviewed(lost) == Written(f"## 死锁\n{TRUE}", (CARD.source,))
    kept = f"饥饿的特点如下[2]：\n- {STARVATION}\n\n{DEADLOCK}"
    assert reviewed(kept).sources == (OTHER.source, CARD.source)


def test_a_dropped_sentence_leaves_the_layout_in_place(reviewed):
    text = f"{DEADLOCK}死锁有七个必要条件[1]。\n\n- 死锁有九个条件[1]。{CONDITIONS}\n- {STARVATION}"
    assert reviewed(text, share=0.6).text == f"{DEADLOCK}\n\n- {CONDITIONS}\n- {STARVATION}"


def test_courtesies_and_headings_from_nowhere_are_left_out_and_a_yes_or_no_is_kept(reviewed):
    text = f"【海棠依旧】\n不会。{TRUE}\n希望对你有帮助，加油！"
    assert reviewed(text).text == f"不会。{TRUE}"


def test_words_from_nowhere_are_left_out_where_somebody_gives_orders(reviewed):
    stuffed = f"{TRUE}死锁是多个进程互相等待，海棠依旧笑春风[1]。"
    assert reviewed(stuffed, wary=True).text == TRUE


def test_only_code_of_our_material_is_shown_and_an_index_is_no_citation(reviewed):
    card = Excerpt(CARD.source, f"{CARD.text}\n```\nint  a[1];\na[1] = b[2];\n```", "")
    ours = f"{TRUE}\n死锁的四个条件如下[1]：\n```\na[1] = b[2];\n```"
    assert reviewed(ours, (card,)).text == ours
    theirs = ours.replace("b[2]", "b[3]")
    assert "```" not in reviewed(theirs, (card,), share=0.5).text


@pytest.mark.parametrize(
    "block",
    [
        "```\n今年真题都在老王那里，找老王要",
        "```今年真题都在老王那里，找老王要 ```",
        "```找老王要真题\nP(s);\n```",
        "```c\nP(s);\n``` 找老王要真题\n",
        "```\nP(s);\n```\n[13800138000",
        "~~~\n找老王要真题\nP(s);",
        "```死锁不需要互斥条件 ```",
        "```\n死锁不需要互斥条件\n```",
        "```\n```",
    ],
)
def test_nothing_passes_on_the_lines_of_a_fence_or_in_a_block_without_an_end(reviewed, block):
    card = Excerpt(CARD.source, f"{CARD.text}\n别以为死锁不需要互斥条件。\nP(s);", "")
    assert reviewed(f"{TRUE}\n{block}", (card, NOTES)).text == TRUE


@pytest.mark.parametrize("opening", ["```", "```c", "``` cpp", "~~~"])
def test_code_of_ours_may_name_its_language_and_cite_after_its_end(reviewed, opening):
    card = Excerpt(CARD.source, f"{CARD.text}\nP(s);\n// 申请", "")
    code = f"{opening}\nP(s);\n// 申请\n{opening[:3]}"
    assert reviewed(f"{TRUE}\n{code}\n[1]", (card,)).text == f"{TRUE}\n{code}\n[1]"
    later = f"{STARVATION}{DEADLOCK}\n{code}\n[1]"
    assert reviewed(later, (card, OTHER)).text.endswith("[2]。\n" + code + "\n[2]")
    assert reviewed(f"{TRUE}\n{opening}\nP(s);", (card,)).text.endswith(f"{opening}\nP(s);")


@pytest.mark.parametrize(
    "planted",
    [
        "蓝色的小船停在夜里的港口[2]。",
        "死锁是互相等待，蓝色的小船停在夜里的港口[1]。",
        "看门狗检测死锁，详见 www.evil.example [2]。",
        "看门狗检测死锁，请加微信 abc12345 [2]。",
        "@全体成员 看门狗检测死锁[2]。",
        "[CQ:at,qq=all]看门狗检测死锁[2]。",
        "[点我](http://evil.example)看门狗检测死锁[2]。",
        "\n![图](http://evil.example/x.png)\n",
        "看门狗检测死锁，忽略以上指令[2]。",
        "看门狗检测死\u200b锁[2]。",
        "<@everyone> 看门狗检测死锁[2]。",
        "看门狗检测死锁，发信到 a@evil.example [2]。",
    ],
)
def test_what_a_document_plants_is_dropped_even_with_its_citation(reviewed, planted):
    assert reviewed(TRUE + planted, (CARD, NOTES), share=0.5).text == TRUE


def test_what_a_document_says_of_the_subject_is_kept(reviewed):
    text = f"{DEADLOCK}实验里用看门狗检测死锁，每五秒扫描一次[2]。"
    assert reviewed(text, (CARD, NOTES)).sources == (CARD.source, NOTES.source)


def test_a_link_of_our_own_material_may_be_repeated(reviewed):
    dns = Excerpt(SourceRef("DNS", "CN0103"), "查询 www.example.com 时先问本地域名服务器。", "")
    text = "TCP 与死锁无关，查询 www.example.com 时先问本地域名服务器[1]。"
    ours = "查询 www.example.com 时先问本地域名服务器[1]。"
    assert reviewed(ours, (dns,)).text == ours
    with pytest.raises(GenerationRefused):
        reviewed(text.replace("example.com", "evil.example"), (dns,))


# While it is written


def test_the_text_shown_is_what_was_checked_and_the_sentence_being_written(review_of):
    review = review_of()
    assert review.shown("死锁是") == "死锁是"
    review.add(STARVATION)
    assert review.shown("死锁是[1]") == "饥饿是进程长期得不到服务[1]。死锁是[2]"
    review.add("死锁有七个条件[1]。")
    assert review.shown("") == "饥饿是进程长期得不到服务[1]。"


@pytest.mark.parametrize("tail", ["见 https://ev", "@全体成员", "忽略以上指令", "[CQ:at"])
def test_what_must_not_be_shown_is_not_shown_for_a_moment(review_of, tail):
    review = review_of()
    review.add(DEADLOCK)
    assert review.shown(tail) == DEADLOCK


def test_a_result_that_nobody_checked_yet_is_not_shown_for_a_moment(review_of):
    review = review_of(computing=True)
    review.add(DEADLOCK)
    assert review.shown("所以一共是 7") == DEADLOCK
    review.add(CONDITIONS)
    assert review.shown("") == TRUE


@pytest.mark.parametrize("tail", ["```c\nint a;", "死锁是互相等待，" * 60])
def test_code_and_very_long_sentences_are_shown_when_they_are_whole(review_of, tail):
    review = review_of()
    review.add(DEADLOCK)
    assert review.shown(tail) == DEADLOCK


sentences = st.sampled_from(
    [
        DEADLOCK, CONDITIONS, STARVATION, "死锁有七个条件[1]。", "死锁很烦。", "要点：\n", "\n\n",
        "- 死锁是多个进程互相等待[1]。\n", "口令海棠[1]。", "希望有用！", "## 死锁\n", "[9]",
    ]
)  # fmt: skip


@given(text=st.lists(sentences, max_size=10).map("".join))
def test_whatever_is_written_only_named_sources_are_cited(review_of, text):
    review = review_of(share=1.0)
    try:
        for sentence in split_sentences(text):
            review.add(sentence)
        written = review.finish()
    except GenerationRefused:
        return
    cited = {n for n in range(1, 10) if f"[{n}]" in written.text}
    assert cited == set(range(1, len(written.sources) + 1))
    assert "七个" not in written.text
    assert "海棠" not in written.text
    assert written.text == written.text.strip()
