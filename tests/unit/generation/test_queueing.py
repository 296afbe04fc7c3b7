"""Places are never given twice nor lost, and turns go round; under any order of events."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.errors import GenerationBusy
from backend.generation.queueing import FairQueue

LONG = 600.0


class Crowd:
    """Tasks that hold a place until they are told to leave."""

    def __init__(self, queue):
        self.queue = queue
        self.inside = []
        self.order = []
        self.most = 0

    async def visit(self, user, seconds=LONG):
        async with self.queue.place(user, seconds):
            go = asyncio.Event()
            self.inside.append(go)
            self.order.append(user)
            self.most = max(self.most, len(self.inside))
            try:
                await go.wait()
            finally:
                self.inside.remove(go)


async def settle():
    for _ in range(6):
        await asyncio.sleep(0)


async def until_empty(crowd):
    while crowd.inside:
        crowd.inside[0].set()
        await settle()


async def test_a_free_place_is_taken_at_once_and_given_back():
    queue = FairQueue(2, 1)
    async with queue.place("a", 0), queue.place("a", 0):
        assert queue.running == 2
    assert queue.running == 0


async def test_turns_go_round_over_the_users_and_each_keeps_its_order():
    crowd = Crowd(FairQueue(1, 20))
    users = ["first", *["greedy"] * 4, "a", "b", "a", "late"]
    visits = [asyncio.create_task(crowd.visit(user)) for user in users]
    await settle()
    await until_empty(crowd)
    await asyncio.gather(*visits)
    assert crowd.order == ["first", "greedy", "a", "b", "late", "greedy", "a", "greedy", "greedy"]


async def test_a_newcomer_does_not_overtake_who_waits():
    crowd = Crowd(FairQueue(1, 20))
    visits = [asyncio.create_task(crowd.visit(user)) for user in "ab"]
    await settle()
    crowd.inside[0].set()
    visits.append(asyncio.create_task(crowd.visit("c")))
    await settle()
    assert crowd.order == ["a", "b"]
    await until_empty(crowd)
    await asyncio.gather(*visits)


async def test_who_waits_too_long_is_refused():
    queue = FairQueue(1, 5)
    async with queue.place("a", 0):
        with pytest.raises(GenerationBusy):
            async with queue.place("b", 0.01):
                pass
        assert queue.waiting == 0
    assert queue.running == 0


async def test_when_too_many_wait_the_newest_of_the_greediest_makes_room():
    queue = FairQueue(1, 3)
    crowd = Crowd(queue)
    users = ["x", "greedy", "greedy", "greedy"]
    visits = [asyncio.create_task(crowd.visit(user)) for user in users]
    await settle()
    modest = asyncio.create_task(crowd.visit("modest"))
    await settle()
    assert isinstance(visits[3].exception(), GenerationBusy)
    with pytest.raises(GenerationBusy):  # now two and one: nobody has to make room for a third
        async with queue.place("greedy", LONG):
            pass
    await until_empty(crowd)
    await asyncio.gather(*visits[:3], modest)
    assert crowd.order == ["x", "greedy", "modest", "greedy"]


async def test_when_nobody_has_more_the_newcomer_is_refused():
    queue = FairQueue(1, 2)
    crowd = Crowd(queue)
    visits = [asyncio.create_task(crowd.visit(user)) for user in "xab"]
    await settle()
    with pytest.raises(GenerationBusy):
        async with queue.place("c", LONG):
            pass
    await until_empty(crowd)
    await asyncio.gather(*visits)


async def test_a_place_given_in_the_moment_of_a_cancellation_goes_on_to_the_next():
    crowd = Crowd(FairQueue(1, 5))
    visits = [asyncio.create_task(crowd.visit(user)) for user in "abc"]
    await settle()
    crowd.inside[0].set()
    await asyncio.sleep(0)  # a leaves: its place is b's, who does not know it yet
    visits[1].cancel()
    await settle()
    assert crowd.order == ["a", "c"]
    await until_empty(crowd)
    assert crowd.queue.running == 0


async def test_who_was_cancelled_but_still_stands_in_line_is_passed_over():
    crowd = Crowd(FairQueue(1, 5))
    visits = [asyncio.create_task(crowd.visit(user)) for user in "abbc"]
    await settle()
    crowd.inside[0].set()
    visits[1].cancel()
    await settle()
    assert crowd.order == ["a", "b"]
    await until_empty(crowd)
    await asyncio.gather(visits[2], visits[3])
    assert (crowd.queue.running, crowd.queue.waiting) == (0, 0)


ACTIONS = st.one_of(
    st.tuples(st.just("come"), st.sampled_from("abc")),
    st.tuples(st.just("hurry"), st.sampled_from("abc")),
    st.tuples(st.just("leave"), st.integers(0, 3)),
    st.tuples(st.just("cancel"), st.integers(0, 20)),
    st.tuples(st.just("turn"), st.integers(1, 4)),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(ACTIONS, max_size=50), st.integers(1, 3), st.integers(1, 4))
def test_no_order_of_events_gives_too_many_places_or_loses_one(actions, places, waiting):
    async def play():
        queue = FairQueue(places, waiting)
        crowd = Crowd(queue)
        tasks = []
        for action, what in actions:
            match action:
                case "come":
                    tasks.append(asyncio.create_task(crowd.visit(what)))
                case "hurry":
                    tasks.append(asyncio.create_task(crowd.visit(what, 0)))
                case "leave" if what < len(crowd.inside):
                    crowd.inside[what].set()
                case "cancel" if what < len(tasks):
                    tasks[what].cancel()
                case "turn":
                    for _ in range(what):
                        await asyncio.sleep(0)
            assert queue.running <= places
            assert queue.waiting <= waiting
            assert len(crowd.inside) <= places
        await settle()
        assert queue.running == len(crowd.inside)
        assert not queue.waiting or queue.running == places
        await until_empty(crowd)
        results = await asyncio.gather(*tasks, return_exceptions=True)
        kinds = {type(result) for result in results}
        assert kinds <= {type(None), GenerationBusy, asyncio.CancelledError}
        assert (queue.running, queue.waiting) == (0, 0)
        assert crowd.most <= places

    asyncio.run(play())


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=40), st.integers(1, 3))
def test_while_all_wait_no_user_is_served_two_turns_ahead_of_another(users, places):
    async def play():
        crowd = Crowd(FairQueue(places, len(users)))
        first = [asyncio.create_task(crowd.visit("first")) for _ in range(places)]
        await settle()
        visits = [asyncio.create_task(crowd.visit(user)) for user in users]
        await settle()
        await until_empty(crowd)
        await asyncio.gather(*first, *visits)
        served, waiting = Counter(), Counter(users)
        for user in crowd.order[places:]:
            served[user] += 1
            waiting[user] -= 1
            behind = min((served[other] for other, n in waiting.items() if n), default=served[user])
            assert served[user] - behind <= 1

    asyncio.run(play())
