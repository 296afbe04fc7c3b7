"""What the outline says beyond points: chapters with their weight, subjects with their share."""

import pytest
import yaml

from backend.errors import ContentError
from backend.knowledge.outline import Chapter, Outline, Subject, load_outline
from tests.unit.knowledge.small_library import SHIPPED, outline_data


@pytest.fixture(scope="module")
def shipped():
    return load_outline(SHIPPED / "outline.yaml")


def test_the_shipped_subjects_are_worth_the_150_points_of_the_paper(shipped):
    worth = {subject.id: subject.exam_points for subject in shipped.subjects.values()}

    assert worth == {"DS": 45, "CO": 45, "OS": 35, "CN": 25}
    assert shipped.subjects["OS"] == Subject("OS", "操作系统", 35)


def test_the_weights_of_the_shipped_chapters_add_up_to_their_subject(shipped):
    for subject in shipped.subjects.values():
        weights = [c.weight for c in shipped.chapters.values() if c.subject == subject.id]
        assert sum(weights) == pytest.approx(subject.exam_points)


def test_every_shipped_point_stands_in_a_chapter_and_a_subject(shipped):
    for point in shipped.points.values():
        chapter = shipped.chapters[point.chapter]
        assert chapter.name == point.chapter_name
        assert shipped.subjects[chapter.subject].name == point.subject
    assert {point.chapter for point in shipped.points.values()} == set(shipped.chapters)


def test_chapters_keep_their_order_and_weight(shipped):
    assert list(shipped.chapters)[:2] == ["DS01", "DS02"]
    assert shipped.chapters["CO06"] == Chapter("CO06", "总线和输入/输出系统", "CO", 3.2)


def test_an_outline_can_be_made_of_points_alone():
    assert Outline({}).chapters == {}
    assert Outline({}).subjects == {}


def test_a_negative_weight_is_refused(tmp_path):
    data = outline_data()
    data["subjects"][0]["chapters"][0]["weight"] = -1
    path = tmp_path / "outline.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")

    with pytest.raises(ContentError) as refused:
        load_outline(path)

    assert "chapters.0.weight" in str(refused.value)
