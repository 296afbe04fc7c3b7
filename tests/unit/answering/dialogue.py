"""Talks to an Answerer as one student would, keeping the history that the plugin would keep."""

from datetime import datetime, timedelta

from backend.answering.answer import Answer
from backend.answering.answerer import Answerer
from backend.answering.decision import Calibration
from backend.answering.excerpts import Excerpt
from backend.conversation.turns import SHANGHAI, Turn
from backend.knowledge.library import Library
from tests.fakes import FakeSearch

START = datetime(2026, 11, 22, 20, 0, tzinfo=SHANGHAI)


def equally_sure(bias: float, linked: float | None = None) -> Calibration:
    """Give every message the same evidence, 1 / (1 + e^-bias); ``linked`` for links alone."""
    by_links = bias if linked is None else linked
    return Calibration(linked={"bias": by_links}, retrieved={"bias": bias}, unlinked={"bias": bias})


SURE = equally_sure(9.0)
DOUBTFUL = equally_sure(0.6)
UNSURE = equally_sure(-9.0)


class Dialogue:
    """One dialogue; ``history`` may be read and changed, ``now`` moves on with ``wait``."""

    def __init__(
        self,
        library: Library,
        search: FakeSearch | None = None,
        calibration: Calibration | None = None,
        window: timedelta = timedelta(minutes=30),
    ) -> None:
        self.search = search or FakeSearch()
        self.history: list[Turn] = []
        self.now = START
        self._answerer = Answerer(
            library, self.search, calibration or Calibration(), followup_window=window
        )

    async def ask(self, message: str) -> Answer:
        answer = await self._answerer.answer(message, self.history, self.now)
        self.history += [
            Turn("user", message, self.now),
            Turn(
                "assistant",
                "…",
                self.now,
                concepts=answer.concepts,
                aspect=answer.aspect,
                decision="smalltalk"
                if answer.verdict in ("empty", "rejection")
                else answer.verdict,
                choices=tuple(c.id for c in answer.candidates),
            ),
        ]
        self.now += timedelta(seconds=20)
        return answer

    async def asks(self, *messages: str) -> Answer:
        """Ask one message after the other; gives the last answer."""
        *before, last = messages
        for message in before:
            await self.ask(message)
        return await self.ask(last)

    async def excerpts(self, answer: Answer, question: str) -> tuple[Excerpt, ...]:
        """Give what a model may answer ``question`` from."""
        return await self._answerer.excerpts(answer, question)

    def wait(self, **duration: float) -> None:
        self.now += timedelta(**duration)
