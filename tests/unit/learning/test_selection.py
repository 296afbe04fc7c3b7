"""What is chosen from the shipped questions for one person."""

import random

from tests.learning_house import learning_house


async def test_a_paper_is_full_whatever_the_chance(tmp_path):
    async with learning_house(tmp_path) as house:
        identity = await house.people.identify("fake", "1", house.now)
        short = []
        for seed in range(2400, 2480):
            house.selection._chance = random.Random(seed)
            questions = await house.selection.paper(identity.person_id, 5, house.now)
            ids = {question.id for question in questions}
            if len(questions) != 5 or len(ids) != 5:
                short.append(seed)
        assert short == []
