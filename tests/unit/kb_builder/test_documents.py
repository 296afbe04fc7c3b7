"""Reading source documents, broken ones included."""

import sys
from pathlib import Path

import docx
import pytest

from backend.errors import DocumentError
from kb_builder import documents
from kb_builder.documents import Block, find_documents, read_document
from kb_builder.passages_from_documents import document_passages
from kb_builder.pdf import drop_repeated_edges, join_lines
from tests.unit.kb_builder.pdfs import write_locked_pdf, write_pdf, write_picture_pdf

HEADER, LINE, LAST = "操作系统讲义", "死锁是多个进程互相等待对方占有的资源", "于是谁也推进不了。"


def write_word(path: Path) -> Path:
    document = docx.Document()
    document.add_heading("第二章 进程", 1)
    document.add_paragraph("进程是程序的一次执行。")
    document.add_heading("死锁", 2)
    document.add_paragraph("死锁有四个必要条件。")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(
        [cell for row in table.rows for cell in row.cells],
        ("办法", "破坏的条件", "资源编号", "循环等待"),
        strict=True,
    ):
        cell.text = text
    document.add_paragraph("表后一句。")
    document.save(str(path))
    return path


def test_a_word_file_gives_headings_paragraphs_and_rows_in_order(tmp_path: Path):
    document = read_document(write_word(tmp_path / "讲义.docx"))
    assert document.title == "讲义.docx"
    assert document.blocks == (
        Block(("第二章 进程",), "进程是程序的一次执行。"),
        Block(
            ("第二章 进程", "死锁"),
            "死锁有四个必要条件。\n\n| 办法 | 破坏的条件 |\n| 资源编号 | 循环等待 |\n\n表后一句。",
        ),
    )


def test_a_pdf_gives_pages_with_joined_lines_and_without_headers(tmp_path: Path):
    topics = ("定义", "预防", "避免")
    pages = [[HEADER, t, LINE, f"这是{t}。", f"第 {n} 页"] for n, t in enumerate(topics, start=1)]
    document = read_document(write_pdf(tmp_path / "讲义.pdf", pages))
    assert document.blocks == tuple(
        Block((), f"{topic}\n{LINE}这是{topic}。", number)
        for number, topic in enumerate(topics, start=1)
    )


def test_passages_of_a_pdf_say_their_page(tmp_path: Path):
    document = read_document(write_pdf(tmp_path / "讲义.pdf", [[LINE], [LAST]]))
    passages = document_passages(document, "子目录/讲义.pdf")
    assert [(p.title, p.locator, p.source) for p in passages] == [
        ("讲义.pdf", "第 1 页", "子目录/讲义.pdf"),
        ("讲义.pdf", "第 2 页", "子目录/讲义.pdf"),
    ]


def test_passages_below_a_heading_say_the_way_to_it(tmp_path: Path):
    path = tmp_path / "笔记.md"
    path.write_text("# 操作系统\n## 死锁\n互相等待。\n互相等待。\n", encoding="utf-8")
    (passage,) = document_passages(read_document(path), "笔记.md")
    assert passage.locator == "操作系统 > 死锁"
    assert "操作系统 死锁" in passage.searchable


def test_text_that_a_document_repeats_is_one_passage(tmp_path: Path):
    path = tmp_path / "笔记.md"
    path.write_text("# 一\n互相等待。\n# 一\n互相等待。\n", encoding="utf-8")
    assert len(document_passages(read_document(path), "笔记.md")) == 1


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["页面置换算法", "有很多种"], "页面置换算法有很多种"),
        (["the page is evic-", "ted when needed"], "the page is evicted when needed"),
        (["page replacement", "algorithms used"], "page replacement algorithms used"),
        (["使用 TCP", "协议传输"], "使用 TCP协议传输"),
        (["这是一个完整的很长很长的一行文字", "短行。", "下一段"], None),
        (["包括下面这几种办法", "1. 预防死锁发生的", "2. 避免死锁发生的"], None),
        ([], ""),
    ],
)
def test_lines_are_joined_as_their_script_asks(lines: list[str], expected: str | None):
    joined = join_lines(lines)
    if expected is not None:
        assert joined == expected
    else:
        assert joined.count("\n") >= 1


def test_edges_are_dropped_only_when_most_pages_share_them():
    assert drop_repeated_edges([["头", "甲", "1"], ["头", "乙", "2"]]) == [
        ["头", "甲", "1"],
        ["头", "乙", "2"],
    ]
    pages = [["头", f"正文{'甲乙丙丁'[n]}", "不变的正文", f"{n}"] for n in range(4)]
    assert drop_repeated_edges(pages)[0][0].startswith("正文")


def write_broken(folder: Path, name: str) -> Path:
    path = folder / name
    makers = {
        "空.md": lambda: path.write_bytes(b""),
        "空白.txt": lambda: path.write_text(" \n\n"),
        "坏.docx": lambda: path.write_bytes(b"PK\x03\x04 nothing"),
        "密.docx": lambda: path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
        "坏.pdf": lambda: path.write_bytes(b"%PDF-1.7\nnothing"),
        "密.pdf": lambda: write_locked_pdf(path),
        "扫描.pdf": lambda: write_picture_pdf(path),
        "图.png": lambda: path.write_bytes(b"\x89PNG"),
        "无名": lambda: path.write_text("甲"),
        "二进制.txt": lambda: path.write_bytes(bytes(range(256)) * 9),
    }
    makers[name]()
    return path


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("空.md", "空的"),
        ("空白.txt", "没有文字"),
        ("坏.docx", "损坏"),
        ("密.docx", "密码"),
        ("坏.pdf", "损坏"),
        ("密.pdf", "密码"),
        ("扫描.pdf", "扫描"),
        ("图.png", "不支持"),
        ("无名", "不支持"),
        ("二进制.txt", "编码"),
    ],
)
def test_a_file_without_usable_text_says_why(tmp_path: Path, name: str, reason: str):
    with pytest.raises(DocumentError, match=reason) as caught:
        read_document(write_broken(tmp_path, name))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("name", "module"), [("坏.docx", "docx"), ("坏.pdf", "pypdfium2")])
def test_a_missing_library_is_named_with_the_way_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, module: str
):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(DocumentError, match=r"requirements/docs\.txt"):
        read_document(write_broken(tmp_path, name))


def test_a_missing_file_says_why(tmp_path: Path):
    with pytest.raises(DocumentError, match="读不出来"):
        read_document(tmp_path / "没有.md")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(documents, "MAX_BYTES", 10)
    path = tmp_path / "大.txt"
    path.write_text("甲" * 10, encoding="utf-8")
    with pytest.raises(DocumentError, match="太大"):
        read_document(path)


def test_a_word_file_that_unpacks_to_a_monster_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("kb_builder.word._MAX_UNPACKED", 100)
    with pytest.raises(DocumentError, match="解压"):
        read_document(write_word(tmp_path / "a.docx"))


def test_hidden_files_and_links_that_lead_out_are_not_found(tmp_path: Path):
    outside = tmp_path / "外面.txt"
    outside.write_text("秘密")
    docs = tmp_path / "docs"
    (docs / "子").mkdir(parents=True)
    (docs / ".git").mkdir()
    for name in ("b.md", "子/a.md", ".隐藏.md", ".git/config.txt", "~$讲义.docx"):
        (docs / name).write_text("甲")
    (docs / "链接.txt").symlink_to(outside)
    (docs / "环").symlink_to(docs)
    assert [path.relative_to(docs).as_posix() for path in find_documents(docs)] == [
        "b.md",
        "子/a.md",
    ]
