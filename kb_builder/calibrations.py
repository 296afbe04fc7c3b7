"""Which fitted weights and lines of the decision go with an embedder.

``content/calibration.json`` holds a calibration for each embedder, by its name: cosines of two
models mean different things.
"""

import json
from pathlib import Path
from typing import Any

from backend.errors import ContentError
from backend.retrieval.embedding.lsa import DEFAULT_EMBEDDER
from backend.retrieval.versions import FITTED_FOR

_FILE = "calibration.json"


def calibration_for(content: Path, embedder: str) -> dict[str, Any]:
    """Return what was fitted for ``embedder``, marked with its name; empty when nothing was.

    For an embedder without, the links decide with the weights that were fitted for them beside
    LSA's cosines, and the mark is LSA's. ContentError when the file is written wrong.
    """
    fitted = _read(content / _FILE)
    if embedder in fitted:
        return {**fitted[embedder], FITTED_FOR: embedder}
    if DEFAULT_EMBEDDER not in fitted:
        return {}
    borrowed = fitted[DEFAULT_EMBEDDER]
    by_links = dict.fromkeys(("retrieved", "unlinked"), borrowed.get("linked", {}))
    return {**borrowed, **by_links, FITTED_FOR: DEFAULT_EMBEDDER}


def _read(path: Path) -> dict[str, dict[str, Any]]:
    if not path.exists():
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ContentError([f"{path.name}：不是 JSON（{error}）"]) from error
    if not isinstance(value, dict):
        raise ContentError([f"{path.name}：最外层应是“向量模型的名字: 标定”的形式"])
    for name, calibration in value.items():
        if not isinstance(calibration, dict):
            raise ContentError(
                [
                    f"{path.name}：{name} 应是一个向量模型的名字，后面是它的标定；"
                    "请运行 python -m evaluation calibrate 重新生成"
                ]
            )
    return value
