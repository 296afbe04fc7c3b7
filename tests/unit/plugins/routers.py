"""Makes routers over scripted plugins, and a plugin that waits."""

import asyncio

from plugins.messages import Reply
from plugins.router import Limits, Router
from tests.fakes_conversation import FakeConversationStore

FREE = Limits(per_user=None, per_group=None)


def router_over(*plugins, store=None, limits=FREE, observe=None):
    store = store or FakeConversationStore()
    hear = {} if observe is None else {"observe": observe}
    return Router(plugins, store, store, limits, **hear)


def at_rest(router):
    return router.pending == 0 and not router._sessions


class Gate:
    """A plugin's respond that waits for ``open``; counts how many are inside at once."""

    def __init__(self):
        self.open = asyncio.Event()
        self.inside = 0
        self.most = 0
        self.order = []

    async def __call__(self, incoming):
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            await self.open.wait()
            self.order.append(incoming.text)
            return Reply(incoming.text, "answer")
        finally:
            self.inside -= 1


async def settle():
    for _ in range(20):
        await asyncio.sleep(0)
