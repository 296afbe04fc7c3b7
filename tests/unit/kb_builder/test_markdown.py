"""Markdown and plain text."""

from pathlib import Path

import pytest

from backend.errors import DocumentError
from kb_builder.documents import Block
from kb_builder.markdown import decode, markdown_blocks, read_text

TEXT = "第一章 死锁\r\n多个进程互相等待。\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_every_encoding_of_chinese_systems_is_read(tmp_path: Path, encoding: str):
    path = tmp_path / "a.txt"
    path.write_bytes(TEXT.encode(encoding))
    assert read_text(path) == (Block((), TEXT.replace("\r\n", "\n")),)


@pytest.mark.parametrize(
    "data", [bytes(range(256)) * 40, b"\x89PNG\r\n\x1a\n" + b"\x00\x01\x02\x03" * 50, b"\xff" * 50]
)
def test_what_is_no_text_is_refused_with_a_reason(data: bytes):
    with pytest.raises(DocumentError, match="编码"):
        decode(data)


def test_headings_become_the_path_of_what_is_below_them():
    blocks = markdown_blocks("前言\n# 操作系统\n概述\n## 内存 ##\n### 分页\n正文\n## 文件\n末尾")
    assert blocks == (
        Block((), "前言"),
        Block(("操作系统",), "概述"),
        Block(("操作系统", "内存", "分页"), "正文"),
        Block(("操作系统", "文件"), "末尾"),
    )


def test_front_matter_is_dropped_and_a_rule_is_not_front_matter():
    assert markdown_blocks("---\ntitle: 笔记\ntags: [a]\n---\n# 一\n甲") == (Block(("一",), "甲"),)
    assert markdown_blocks("甲\n\n---\n\n乙") == (Block((), "甲\n\n---\n\n乙"),)


def test_a_hash_inside_code_is_no_heading():
    text = "# 脚本\n```sh\n# 注释\nls\n```\n~~~\n# 也不是\n```\n# 还不是\n~~~\n# 下一节\n正文"
    blocks = markdown_blocks(text)
    assert [block.heading_path for block in blocks] == [("脚本",), ("下一节",)]
    assert "# 还不是" in blocks[0].text


def test_a_hash_without_a_blank_is_no_heading():
    assert markdown_blocks("#include <stdio.h>") == (Block((), "#include <stdio.h>"),)
