"""Why a problem cannot be computed, as a value: what is wrong with it is said by the plugin."""

from dataclasses import dataclass
from typing import Literal

Reason = Literal[
    "frames_out_of_range",
    "too_many_references",
    "too_many_requests",
    "no_direction",
    "no_track_range",
    "track_out_of_range",
    "bad_address",
    "bad_prefix",
    "bad_mask",
    "bad_count",
    "too_many_subnets",
    "too_many_hosts",
    "generator_too_short",
    "generator_leading_zero",
    "too_many_bits",
    "frame_too_short",
]


@dataclass(frozen=True, slots=True)
class Refusal:
    """``value`` is the part of the input that is wrong; ``limit`` the bound that it breaks."""

    reason: Reason
    value: str = ""
    limit: int | None = None
