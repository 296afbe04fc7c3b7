import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.knowledge.linker import Linker


@pytest.fixture(scope="module")
def linker(library):
    return Linker(library)


def ids(linker, message):
    return [link.target.id for link in linker.link(message).links]


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        ("死锁", ["os.deadlock"]),
        ("什么是死锁", ["os.deadlock"]),
        ("请问一下死锁是什么意思啊", ["os.deadlock"]),
        ("TCP 和 UDP 的区别", ["cn.tcp", "cn.udp"]),
        ("tcp和udp", ["cn.tcp", "cn.udp"]),
        ("ＬＲＵ", ["os.lru"]),
        ("lRu", ["os.lru"]),
        ("最近最久未使用", ["os.lru"]),
        ("最近 最久 未使用", ["os.lru"]),
        ("cache的映射方式", ["co.cache-mapping"]),
        ("用户数据报的协议", ["cn.udp"]),
        ("栈", ["ds.stack"]),
        ("栈是什么", ["ds.stack"]),
        ("死锁预防", ["os.deadlock-prevention"]),
        ("死锁避免", ["os.bankers-algorithm"]),
        ("银行家", ["os.bankers-algorithm"]),
    ],
)
def test_names_and_aliases_link_to_their_card(linker, message, wanted):
    assert ids(linker, message) == wanted


@pytest.mark.parametrize("message", ["死锁预放", "死锁玉防怎么做"])
def test_a_longer_name_is_heard_around_a_shorter_one(linker, message):
    assert ids(linker, message) == ["os.deadlock-prevention"]


@pytest.mark.parametrize("message", ["死锁预测", "死锁避难"])
def test_a_longer_name_is_not_guessed_from_its_looks(linker, message):
    assert ids(linker, message) == ["os.deadlock"]


@pytest.mark.parametrize(
    ("message", "wanted"),
    [("循环等待条件", "os.deadlock"), ("头插法怎么写", "ds.singly-linked-list")],
)
def test_what_a_card_covers_links_to_it_as_a_part(linker, message, wanted):
    (link,) = linker.link(message).links
    assert (link.target.id, link.target.kind) == (wanted, "part")


@pytest.mark.parametrize(("message", "point"), [("双链表", "DS0102"), ("什么是段式存储", "OS0106")])
def test_a_point_without_a_card_links_to_the_outline(linker, message, point):
    (link,) = linker.link(message).links
    assert (link.target.id, link.target.kind) == (point, "point")


@pytest.mark.parametrize(
    "message",
    [
        "tcpdump 怎么用",
        "utcp",
        "udplite",
        "lruxyz",
        "客栈推荐",
        "栈桥风景",
        "今天天气不错",
        "",
        "   ",
        "😀😀",
        "。。。？？？",
        "\x00\u200b",
    ],
)
def test_what_only_looks_like_a_name_links_to_nothing(linker, message):
    assert ids(linker, message) == []


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        ("tcp/udp", ["cn.tcp", "cn.udp"]),
        ("TCP是啥", ["cn.tcp"]),
        ("what is tcp", ["cn.tcp"]),
        ("死锁😀怎么办", ["os.deadlock"]),
        ("【死锁】", ["os.deadlock"]),
    ],
)
def test_names_end_where_the_typed_word_ends(linker, message, wanted):
    assert ids(linker, message) == wanted


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        ("思锁", "os.deadlock"),  # homophone
        ("死琐是什么", "os.deadlock"),
        ("单连表", "ds.singly-linked-list"),
        ("银航家算法", "os.bankers-algorithm"),
        ("银家算法", "os.bankers-algorithm"),  # a character left out
        ("银行行家算法", "os.bankers-algorithm"),  # a character too many
        ("最近最久末使用", "os.lru"),  # a look-alike
        ("sisuo", "os.deadlock"),  # typed pinyin
        ("danlianbiao", "ds.singly-linked-list"),
        ("yinhangjia suanfa", "os.bankers-algorithm"),
        ("shenme shi sisuo", "os.deadlock"),
        ("TPC", "cn.tcp"),  # letters swapped
        ("lur 命中率", "os.lru"),
        ("cahce 映射", "co.cache-mapping"),
    ],
)
def test_slips_are_mended_and_count_a_little_less(linker, message, wanted):
    links = linker.link(message).links
    assert [link.target.id for link in links] == [wanted]
    assert 0 < links[0].score < 1


@pytest.mark.parametrize(
    ("message", "wrong"),
    [
        ("双链表", "ds.singly-linked-list"),
        ("三链表", "ds.singly-linked-list"),
        ("多链表", "ds.singly-linked-list"),
        ("死锁检测", "os.deadlock-prevention"),
        ("最近最常使用", "os.fifo"),
        ("tlp", "cn.tcp"),
        ("ucp", "cn.udp"),
    ],
)
def test_a_contrasting_name_is_not_bent_into_the_one_that_is_known(linker, message, wrong):
    assert wrong not in ids(linker, message)


def test_a_name_whose_pieces_stand_apart_is_found(linker):
    assert ids(linker, "死锁这个东西要怎么预防") == ["os.deadlock-prevention"]


def test_the_pieces_of_a_name_are_explained_wherever_they_are_said(linker):
    once = linker.link("死锁这个东西要怎么预防")
    twice = linker.link("死锁这个东西要怎么预防，预防了又怎样预防")
    assert [link.how for link in twice.links] == ["split"]
    assert "预防" in twice.text
    assert not any("预防" in run for run in (*once.residual, *twice.residual))


def test_a_piece_of_several_names_gives_them_as_candidates(linker):
    linking = linker.link("页面置换")
    assert linking.links == ()
    assert {link.target.id for link in linking.partial} == {"os.lru", "os.fifo"}


def test_a_message_that_is_only_a_name_is_covered_wholly(linker):
    assert linker.link("死锁").coverage == 1
    assert linker.link("请问死锁是什么").residual == ()


def test_words_that_nothing_explains_lower_the_coverage(linker):
    known = linker.link("死锁")
    unknown = linker.link("死锁与霍金辐射熵增")
    assert 0 < unknown.coverage < known.coverage
    assert "霍金辐射熵增" in "".join(unknown.residual)


@pytest.mark.parametrize("text", ["死锁怎么预防呢，", "锁死", "sisuo", "a", "栈", "的", "😀", "龘"])
@pytest.mark.timeout(60)
def test_ten_kilobytes_are_linked_in_good_time(linker, text):
    linking = linker.link(text * (10_000 // len(text)))
    assert len(linking.gaps) == len(linking.links) + 1


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(max_size=80),
        st.lists(
            st.sampled_from(
                ["死锁", "思锁", "sisuo", "TCP", "tpc", "的", "和", "栈", "怎么", " ", "?", "预防"]
            )
            | st.characters(exclude_categories=["Cs"]),
            max_size=25,
        ).map("".join),
    )
)
def test_linking_never_fails_and_its_spans_lie_in_the_text(linker, message):
    linking = linker.link(message)
    position = 0
    for link in linking.links:
        assert position <= link.start < link.end <= len(linking.text)
        assert 0 < link.score <= 1
        position = link.end
    assert 0 <= linking.coverage <= 1
    assert len(linking.gaps) == len(linking.links) + 1
    assert all(run and run in linking.text for run in linking.residual)


def test_linking_the_same_message_twice_gives_the_same(linker):
    message = "死锁和饥锇的区别，思锁怎么预防"
    assert linker.link(message) == linker.link(message)
