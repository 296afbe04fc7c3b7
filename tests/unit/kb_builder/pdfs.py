"""Small PDF files, written by hand: pdfium reads their text by the ToUnicode map."""

from collections.abc import Sequence
from pathlib import Path


def write_pdf(path: Path, pages: Sequence[Sequence[str]]) -> Path:
    """Write a PDF with one line of text for each string; each page is A4."""
    characters = sorted({character for lines in pages for line in lines for character in line})
    codes = {character: number for number, character in enumerate(characters, start=1)}
    kids = " ".join(f"{6 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Test /Encoding /Identity-H "
        b"/DescendantFonts [4 0 R] /ToUnicode 5 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Test /DW 1000 /CIDSystemInfo "
        b"<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor "
        b"<< /Type /FontDescriptor /FontName /Test /Flags 4 /FontBBox [0 0 1000 1000] "
        b"/ItalicAngle 0 /Ascent 900 /Descent -100 /CapHeight 900 /StemV 80 >> >>",
        _stream(_to_unicode(codes)),
    ]
    for number, lines in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {7 + 2 * number} 0 R "
            f"/Resources << /Font << /F 3 0 R >> >> >>".encode()
        )
        objects.append(_stream(_content(lines, codes)))
    path.write_bytes(_file(objects))
    return path


def write_picture_pdf(path: Path) -> Path:
    """Write a PDF with a page on which nothing but a filled box is drawn."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
        _stream("50 50 400 400 re f"),
    ]
    path.write_bytes(_file(objects))
    return path


def write_locked_pdf(path: Path) -> Path:
    """Write a PDF that asks for a password which nobody has."""
    junk = "ab" * 32
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [] /Count 0 >>",
        f"<< /Filter /Standard /V 2 /R 3 /Length 128 /P -44 /O <{junk}> /U <{junk}> >>".encode(),
    ]
    path.write_bytes(_file(objects, "/Encrypt 3 0 R /ID [<00> <00>]"))
    return path


def _content(lines: Sequence[str], codes: dict[str, int]) -> str:
    shown = [
        f"1 0 0 1 50 {800 - 20 * number} Tm <{''.join(f'{codes[c]:04x}' for c in line)}> Tj"
        for number, line in enumerate(lines)
    ]
    return "BT /F 12 Tf " + "\n".join(shown) + " ET"


def _to_unicode(codes: dict[str, int]) -> str:
    rows = "\n".join(
        f"<{code:04x}> <{character.encode('utf-16-be').hex()}>" for character, code in codes.items()
    )
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /T def "
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{len(codes)} beginbfchar\n{rows}\nendbfchar endcmap end end"
    )


def _stream(text: str) -> bytes:
    data = text.encode()
    return f"<< /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"


def _file(objects: list[bytes], trailer: str = "") -> bytes:
    data = b"%PDF-1.7\n"
    offsets: list[int] = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    end = (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\n"
        f"startxref\n{len(data)}\n%%EOF\n"
    )
    return data + end.encode()
