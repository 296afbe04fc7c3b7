import pytest

from backend.answering.grounding.attribution import Attribution
from backend.answering.grounding.passage import read
from backend.knowledge.library import load_library
from backend.knowledge.surfaces import surface_table
from tests.unit.knowledge.small_library import SHIPPED

CONTROL = "流量控制照顾的是接收方，拥塞控制照顾的是整个网络。"
STATUS = "HTTP 状态码：2xx 成功，4xx 客户差错，5xx 服务器差错"


@pytest.fixture(scope="module")
def attribution():
    return Attribution(surface_table(load_library(SHIPPED)))


@pytest.mark.parametrize(
    ("claim", "source", "expected"),
    [
        ("流量控制照顾的是整个网络", CONTROL, True),
        ("拥塞控制照顾的是整个网络", CONTROL, False),
        ("4xx 表示服务器差错", STATUS, True),
        ("5xx 表示服务器差错", STATUS, False),
        ("流量控制与拥塞控制照顾的是整个网络", CONTROL, False),
        ("它照顾的是整个网络", CONTROL, False),
    ],
)
def test_what_belongs_to_a_sibling_is_told(attribution, claim, source, expected):
    assert attribution.is_of_sibling(read(claim), read(source)) is expected
