"""Notices as an account hears them: read, and noted as told once they were sent."""


async def taken(corrections, identity_id, now):
    """Tell an account what it has not been told; each notice only once."""
    untold = await corrections.untold(identity_id)
    await corrections.told(list(untold), now)
    return list(untold.values())
