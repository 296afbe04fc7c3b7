"""The aspects of a concept that a student can ask for, and the card headings that hold them."""

from enum import StrEnum


class Aspect(StrEnum):
    """One side of a concept; the values are stable (they stand in the JSON interface)."""

    DEFINITION = "definition"
    PRINCIPLE = "principle"
    FEATURES = "features"
    CLASSIFICATION = "classification"
    PROS_CONS = "pros_cons"
    COMPARISON = "comparison"
    APPLICATION = "application"
    CALCULATION = "calculation"
    EXAMPLE = "example"
    PITFALLS = "pitfalls"
    PREREQUISITES = "prerequisites"
    EXAM = "exam"


HEADINGS: dict[Aspect, str] = {
    Aspect.DEFINITION: "定义",
    Aspect.PRINCIPLE: "原理",
    Aspect.FEATURES: "特点",
    Aspect.CLASSIFICATION: "分类",
    Aspect.PROS_CONS: "优缺点",
    Aspect.COMPARISON: "比较",
    Aspect.APPLICATION: "应用",
    Aspect.CALCULATION: "计算",
    Aspect.EXAMPLE: "例题",
    Aspect.PITFALLS: "易错点",
    Aspect.EXAM: "考查方式",
}
"""Card heading of each aspect, in the order of a card. Prerequisites come from the relations."""

ASPECT_OF_HEADING: dict[str, Aspect] = {heading: aspect for aspect, heading in HEADINGS.items()}

NAMES: dict[Aspect, str] = {**HEADINGS, Aspect.PREREQUISITES: "前置知识"}
"""What an aspect is called towards a student."""
