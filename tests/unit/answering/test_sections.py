"""Which sections of the shipped cards answer what is asked of them."""

import pytest

from backend.answering.sections import card_body
from backend.knowledge.aspects import Aspect
from tests.unit.knowledge.shipped import shipped_library


@pytest.mark.parametrize(
    ("concept_id", "part", "first"),
    [
        ("cn.tcp-congestion-control", "拥塞控制", Aspect.DEFINITION),
        ("cn.tcp-congestion-control", "快重传", Aspect.PRINCIPLE),
        ("co.sram-dram", "集中刷新", Aspect.CLASSIFICATION),
    ],
)
def test_a_short_name_of_the_whole_opens_the_card_and_a_part_its_own_section(
    concept_id, part, first
):
    body = card_body(shipped_library().concepts[concept_id], None, part)
    assert body.sections[0].aspect is first
