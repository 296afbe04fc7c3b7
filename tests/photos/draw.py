"""Photos of our own questions, drawn and then spoilt as cameras and chat programs do.

    python -m tests.photos.draw FOLDER

writes each as ``name.jpg`` or ``name.png``. The same code gives the same pictures.
"""

import io
import json
import random
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from bot.rendering.pictures.fonts import find_fonts

TEMPLATE = Path(__file__).with_name("page.typ")
PIXELS_PER_INCH = 150.0

LRU = (
    "某进程分配到 3 个页框，访问页面的顺序为 7,0,1,2,0,3,0,4,2,3,0,3,2，采用 LRU 置换算法，"
    "开始时页框都是空的，缺页次数是（ ）。",
    "A. 7",
    "B. 8",
    "C. 9",
    "D. 10",
)
DISK = (
    "磁头现在在 100 号磁道，磁道请求的顺序为 55,58,39,18,90,160,150,38,184，采用 SSTF 算法，"
    "磁头一共移动多少个磁道？",
)
SUBNET = ("某主机的 IP 地址是 172.16.45.130，子网掩码是 255.255.255.192，它所在的网络地址是什么？",)
CRC = ("采用 CRC 校验，生成多项式的二进制为 10011，要发送的数据是 1101011011，冗余码是多少？",)
DEADLOCK = (
    "12. 下列关于死锁预防的说法中，正确的是（ ）。",
    "A. 银行家算法是死锁预防的方法",
    "B. 有序资源分配法破坏了循环等待条件",
    "C. 一次性分配全部资源破坏了互斥条件",
    "D. 剥夺资源破坏了请求和保持条件",
)
TREE = (
    "已知一棵二叉排序树的前序遍历序列，下列说法中错误的是（ ）。",
    "A. 由前序遍历序列可以唯一确定这棵二叉排序树",
    "B. 中序遍历得到递增的有序序列",
    "C. 删除一个结点再插入它，树的形状一定不变",
    "D. 平均查找长度与树的形状有关",
)
CACHE = (
    "主存按字节编址，Cache 采用 4 路组相联映射，共有 64 个 Cache 行，每块 32 字节，"
    "主存地址 1234H 所在的主存块映射到的组号是（ ）。",
    "A. 1      B. 3      C. 9      D. 13",
)
TCP = (
    "主机甲与主机乙之间已建立 TCP 连接，甲的拥塞窗口为 16 KB 时发生超时，"
    "此后慢开始门限 ssthresh 变为（ ）。",
    "A. 1 KB",
    "B. 4 KB",
    "C. 8 KB",
    "D. 16 KB",
)
PIPELINE = (
    "13. 下列关于指令流水线中数据冒险的说法中，正确的是（ ）。",
    "A. 转发技术可以消除所有数据冒险",
    "B. 插入气泡会降低流水线的吞吐率",
    "C. 数据冒险只在访存指令之间发生",
    "D. 乱序执行与数据冒险无关",
)
STATEMENTS = (
    "下列关于进程和线程的叙述中，正确的是（ ）。",
    "Ⅰ. 线程是处理机调度的基本单位",
    "Ⅱ. 同一进程的线程共享地址空间",
    "Ⅲ. 进程切换的开销比线程小",
    "A. 仅Ⅰ、Ⅱ",
    "B. 仅Ⅰ、Ⅲ",
    "C. 仅Ⅱ、Ⅲ",
    "D. Ⅰ、Ⅱ、Ⅲ",
)
CREATION = (
    "14. 下列选项中，会使系统创建新进程的是（ ）。",
    "Ⅰ. 用户登录成功  Ⅱ. 设备分配  Ⅲ. 启动程序执行",
    "A. 仅Ⅰ和Ⅱ   B. 仅Ⅱ和Ⅲ   C. 仅Ⅰ和Ⅲ   D. Ⅰ、Ⅱ和Ⅲ",
)
SEMAPHORE = (
    "15. 某信号量的初值为 3，当前值为 1，可用的资源数 M 和等待的进程数 N 分别是（ ）。",
    "A. 0、1   B. 1、0   C. 1、2   D. 2、0",
)
SUBNETS = (
    "把 192.168.5.0/24 划分成等长的子网，子网掩码为 255.255.255.248，"
    "子网的个数和每个子网里可分配的地址个数分别是（ ）。",
    "A. 32，8",
    "B. 32，6",
    "C. 8，32",
    "D. 8，30",
)
VIRTUAL = (
    "下列关于虚拟存储器的叙述中，正确的是（ ）。",
    "A. 只能基于连续分配，因为程序必须全部装入一块连续的内存之后才能够开始运行",
    "B. 只能基于非连续分配，允许程序分成若干部分装入不相邻的内存区域中",
    "C. 容量只受外存容量的限制，与地址总线的位数和内存的大小都没有任何关系",
    "D. 容量只受内存容量的限制",
)


@dataclass(frozen=True, slots=True)
class Photo:
    """One picture, the text of the question to be read in it, and what was done to it."""

    name: str
    data: bytes = field(repr=False)
    text: str
    note: str


@cache
def photos() -> tuple[Photo, ...]:
    """Draw all of them."""
    return tuple(_photo(name, *made) for name, made in _SCENES.items())


def photo(name: str) -> Photo:
    """Give one of them by its name."""
    return next(each for each in photos() if each.name == name)


def page(*columns: tuple[str, ...], **look: Any) -> Any:
    """Draw a page as a PIL image; ``above`` and ``below`` are furniture, ``width`` in points."""
    from PIL import Image

    inputs = {"width": 420, "dark": False, "above": [], "below": [], "columns": columns} | look
    drawn = _compiler().compile(
        format="png",
        ppi=PIXELS_PER_INCH,
        sys_inputs={"page": json.dumps(inputs, ensure_ascii=False)},
    )
    return Image.open(io.BytesIO(drawn)).convert("RGB")


@cache
def _compiler() -> Any:
    import typst

    fonts = find_fonts()
    assert fonts is not None
    return typst.Compiler(
        TEMPLATE,
        root=TEMPLATE.parent,
        font_paths=list(fonts.folders),
        ignore_system_fonts=True,
    )


Spoil = Callable[[Any], bytes]


def _photo(name: str, lines: tuple[str, ...], look: Mapping[str, Any], note: str, spoil: Spoil):
    columns = look.get("columns", (lines,))
    drawn = page(*columns, **{key: value for key, value in look.items() if key != "columns"})
    return Photo(name, spoil(drawn), "\n".join(lines), note)


def _png(image: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def jpeg(image: Any, quality: int = 88, **more: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, **more)
    return out.getvalue()


def smaller(image: Any, share: float) -> Any:
    return image.resize((round(image.width * share), round(image.height * share)))


def noisy(image: Any, strength: int) -> Any:
    """Add the grain of a dark room."""
    import numpy as np
    from PIL import Image

    grain = np.random.default_rng(408).normal(0, strength, (image.height, image.width, 1))
    pixels = np.asarray(image).astype(float) + grain
    return Image.fromarray(pixels.clip(0, 255).astype("uint8"))


def _shaded(image: Any) -> Any:
    """Lay the shadow of a hand over a page, out of focus."""
    import numpy as np
    from PIL import Image, ImageFilter

    light = np.linspace(1.0, 0.45, image.width)[None, :, None]
    pixels = np.asarray(image.filter(ImageFilter.GaussianBlur(2.2))).astype(float) * light
    return Image.fromarray(pixels.clip(0, 255).astype("uint8"))


def tilted(image: Any, degrees: float) -> Any:
    from PIL import Image

    return image.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=(206, 200, 190))


def _leaning(image: Any) -> Any:
    """Look at the page from below."""
    from PIL import Image

    width, height = image.size
    lean = width * 0.06
    corners = (-lean, 0, 0, height, width, height, width + lean, 0)
    return image.transform(
        (width, height), Image.Transform.QUAD, corners, Image.Resampling.BICUBIC, fillcolor="white"
    )


def _curved(image: Any, rise: int) -> Any:
    """Bend the page as an open book lies."""
    import numpy as np
    from PIL import Image

    pixels = np.asarray(image)
    height, width, _ = pixels.shape
    bent = np.full((height + rise, width, 3), 255, np.uint8)
    for x in range(width):
        top = rise - round(rise * np.sin(np.pi * x / width))
        bent[top : top + height, x] = pixels[:, x]
    return Image.fromarray(bent)


def _with_orientation(image: Any) -> bytes:
    """Store the pixels lying on their side, and say so in EXIF as phones do."""
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6
    return jpeg(image.rotate(90, expand=True), exif=exif)


_PHONE = {"above": ["10:24    5G    78%"], "below": ["上一题　答题卡　下一题"], "width": 300}
_APP = {
    "above": ["9:41    中国移动 5G    92%", "单选题  14/40"],
    "below": ["收藏　纠错　下一题"],
    "width": 300,
}
_BOOK = {"above": ["计算机专业基础综合"], "below": ["第 3 页 共 10 页"], "width": 640}
_SCENES: dict[str, tuple[tuple[str, ...], Mapping[str, Any], str, Spoil]] = {
    "clean": (LRU, {}, "清晰的截图", _png),
    "phone": (TCP, _PHONE, "手机刷题界面的截图，有状态栏和按钮", _png),
    "dark": (TREE, {"dark": True, "width": 330}, "深色模式", _png),
    "compressed": (DISK, {}, "JPEG 质量 8", lambda i: jpeg(i, 8)),
    "small": (SUBNET, {}, "低分辨率，字高 8 像素", lambda i: jpeg(smaller(i, 0.3), 70)),
    "noisy": (CRC, {}, "噪点", lambda i: jpeg(noisy(i, 70))),
    "shaded": (CACHE, {}, "失焦，一边有阴影", lambda i: jpeg(_shaded(i))),
    "tilted": (DEADLOCK, {}, "歪了 6 度", lambda i: jpeg(tilted(i, 6))),
    "leaning": (TREE, {}, "斜着拍（透视）", lambda i: jpeg(_leaning(i))),
    "sideways": (LRU, {}, "横着拍，没有方向信息", lambda i: jpeg(i.rotate(-90, expand=True))),
    "oriented": (DISK, {}, "竖着拍，方向在 EXIF 里", _with_orientation),
    "columns": (
        DEADLOCK,
        _BOOK | {"columns": (DEADLOCK, PIPELINE)},
        "两栏，有页眉和页码",
        lambda i: jpeg(noisy(i, 12)),
    ),
    "app": (STATEMENTS, _APP, "刷题界面，罗马数字", _png),
    "wrapped": (
        CREATION,
        _BOOK | {"columns": (CREATION, SEMAPHORE)},
        "两栏，选项排成一行又折行",
        lambda i: jpeg(noisy(i, 12)),
    ),
    "side": (
        SUBNETS,
        {},
        "横着拍，又歪了 5 度",
        lambda i: jpeg(tilted(i.rotate(270, expand=True), 5)),
    ),
    "curved": (VIRTUAL, {}, "书页是弯的", lambda i: jpeg(_curved(i, 14))),
}


def bomb(side: int = 12_000) -> bytes:
    """Make a PNG of a few kilobytes that would take ``side``² × 3 bytes in memory."""
    from PIL import Image

    out = io.BytesIO()
    Image.new("1", (side, side)).save(out, "PNG", optimize=True)
    return out.getvalue()


def scribble(seed: int = 408) -> bytes:
    """Make a picture without words."""
    from PIL import Image, ImageDraw

    chance = random.Random(seed)
    image = Image.new("RGB", (600, 400), "#c8dcf0")
    pen = ImageDraw.Draw(image)
    for _ in range(6):
        left, top = chance.randrange(400), chance.randrange(250)
        pen.ellipse((left, top, left + 150, top + 110), fill=f"#{chance.randrange(1 << 24):06x}")
    return _png(image)


def main(folder: Path) -> None:
    """Write all photos below ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for each in photos():
        suffix = "png" if each.data.startswith(b"\x89PNG") else "jpg"
        (folder / f"{each.name}.{suffix}").write_bytes(each.data)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
