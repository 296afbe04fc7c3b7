"""People who answer a group's question in the learning house, and what they answered."""

from tests.learning_house import GROUP, at, small_question


async def say(house, text, *, user="1", private=False, **more):
    place = {"conversation": house.private(user)} if private else {}
    return await house.quiz.respond(house.message(text, user=user, **place, **more))


async def dailies(house):
    """The group's questions, the first one first."""
    return (await house.askings.of_group(GROUP.key, at(0)))[::-1]


async def answered(house, user="1"):
    """The letters that a person has given to the group's questions, by their numbers."""
    identity = await house.people.identify("fake", user, house.now)
    found = {}
    for asking in await dailies(house):
        attempt = await house.attempts.of_asking(asking.id, identity.id)
        if attempt is not None:
            found[asking.place] = attempt.shown
    return found


async def practises(house, moment, *, user="1", private=False):
    """Put a question of their own to a person."""
    identity = await house.people.identify("fake", user, moment)
    return await house.askings.ask(
        small_question("own", "OS0230"),
        kind="practice",
        conversation=(house.private(user) if private else GROUP).key,
        identity_id=identity.id,
        now=moment,
    )


async def joins(house, *users):
    """Let the bot know people in the group."""
    for user in users:
        identity = await house.people.identify("fake", user, house.now)
        await house.people.seen(GROUP.key, identity.id, house.now)


async def retract(house, asking):
    me = await house.people.identify("fake", "77", house.now)
    report = await house.corrections.report(asking.id, me.id, "没有对的", house.now)
    await house.corrections.accept(report.id, None, "确实", "作废了", house.now)
