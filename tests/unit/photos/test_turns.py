"""How a page lies is told by its pieces of text, the long and the sure ones."""

import math

import pytest

from backend.photos.worker import _turns

UPRIGHT, OVER = ("0", 1.0), ("180", 1.0)


def box(x, y, width, height, degrees=0.0):
    """Give the corners of a box, clockwise from its upper left one, turned clockwise."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    corners = [(0, 0), (width, 0), (width, height), (0, height)]
    return [[x + a * cos - b * sin, y + a * sin + b * cos] for a, b in corners]


def page(degrees=0.0, width=600.0, height=40.0):
    return [box(10.0, 10.0 + 60 * n, width, height, degrees) for n in range(4)]


@pytest.mark.parametrize("degrees", [-30, -6, 0, 6, 30])
def test_a_page_that_leans_is_upright(degrees):
    assert _turns(page(degrees), [UPRIGHT] * 4) == 0
    assert _turns(page(degrees), [OVER] * 4) == 2


@pytest.mark.parametrize("degrees", [-8, 0, 8])
def test_a_page_on_its_side_is_turned_back(degrees):
    high = page(degrees, width=40.0, height=600.0)
    assert _turns(high, [UPRIGHT] * 4) == 1
    assert _turns(high, [OVER] * 4) == 3


@pytest.mark.parametrize(("degrees", "turns"), [(85, 1), (-85, 3), (95, 1)])
def test_a_box_that_begins_at_another_corner_tells_the_same(degrees, turns):
    assert _turns(page(degrees), [UPRIGHT] * 4) == turns


def test_a_long_piece_of_which_the_classifier_is_half_sure_outvotes_nobody():
    boxes = [box(0, 0, 1500, 60), box(0, 80, 490, 60), box(0, 160, 550, 60)]
    assert _turns(boxes, [("180", 0.55), UPRIGHT, UPRIGHT]) == 0


def test_short_pieces_do_not_vote():
    boxes = [box(0, 0, 600, 40), *(box(0, 60 * n, 60, 40) for n in range(1, 5))]
    assert _turns(boxes, [UPRIGHT, *[OVER] * 4]) == 0
