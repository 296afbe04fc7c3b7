"""Everything that can fail in the backend, as one small tree.

    BackendError
    ├── ContentError              study material is written wrong (every problem listed)
    ├── KnowledgeBaseError
    │   ├── KnowledgeBaseMissing  no version has been built, or its pointer leads nowhere
    │   ├── KnowledgeBaseCorrupt  a manifest or store cannot be read
    │   ├── KnowledgeBaseMismatch built with other settings than the ones in force
    │   ├── KnowledgeBaseBusy     another process owns the store
    │   ├── EmbedderUnavailable   the embedding model cannot be asked; words alone are searched
    │   └── RerankerUnavailable   the reranker cannot be asked; the fused order stays
    ├── DocumentError             one source file cannot be read (skipped with its reason)
    ├── RecordUnavailable         the database of the learning record cannot be used
    ├── StoreUnavailable          Redis cannot be reached; callers go on without it
    └── GenerationError           the language model failed; the card answer is used instead
        ├── GenerationBusy        no place was free in time; nothing is wrong with the model
        ├── GenerationPaused      it failed several times in a row and is left alone for a while
        ├── GenerationTimeout     it missed a deadline
        ├── GenerationUnreachable no connection (in time), or it broke
        └── GenerationRefused     an error status, or not the protocol
            ├── GenerationNonsense    its text is no answer: empty, endless, repeated, garbled
            └── GenerationUnsupported its text does not follow from the sources

"Found nothing" is a value, never one of these. They are caught in two places: the router, which
says one sentence to the user, and ``__main__``, which says one sentence and exits.
``str(error)`` is a Chinese sentence fit for the operator.
"""

from collections.abc import Sequence


class BackendError(Exception):
    """Root of every failure that the backend raises on purpose."""


class ContentError(BackendError):
    """The study material breaks its schema; ``problems`` has one Chinese sentence for each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        shown = "\n".join(f"  · {problem}" for problem in self.problems)
        super().__init__(f"学习内容有 {len(self.problems)} 处问题：\n{shown}")


class KnowledgeBaseError(BackendError):
    """The knowledge base as a whole cannot be used."""


class KnowledgeBaseMissing(KnowledgeBaseError):
    """No complete version exists under the data directory."""


class KnowledgeBaseCorrupt(KnowledgeBaseError):
    """A version exists but its manifest, pointer or store cannot be read."""


class KnowledgeBaseMismatch(KnowledgeBaseError):
    """The version in use was built with another embedder or schema than the settings ask for."""


class KnowledgeBaseBusy(KnowledgeBaseError):
    """Another process holds the store."""


class KnowledgeBaseLate(KnowledgeBaseError):
    """A search has not ended in time."""


class EmbedderUnavailable(KnowledgeBaseError):
    """The embedding model is missing, down, late or talks nonsense."""


class RerankerUnavailable(KnowledgeBaseError):
    """The reranking model is missing, down, late or talks nonsense."""


class DocumentError(BackendError):
    """One source document cannot be turned into text; the message is the reason shown."""


class RecordUnavailable(BackendError):
    """The learning record cannot be read or written; nothing was changed."""


class StoreUnavailable(BackendError):
    """Redis did not answer; the caller goes on without what it would have given."""


class GenerationError(BackendError):
    """The language model gave no usable answer.

    ``retry_after_seconds`` is how long the endpoint asks to be left alone, 0 when it does not.
    """

    retry_after_seconds = 0.0


class GenerationBusy(GenerationError):
    """Too many ask at once: no place in time here, or the endpoint said so (429)."""


class GenerationPaused(GenerationError):
    """The breaker is open: the model is not asked at all."""


class GenerationTimeout(GenerationError):
    """The model missed its first-token, stall or total deadline."""


class GenerationUnreachable(GenerationError):
    """The connection to the endpoint could not be made (in time), or broke before the end."""


class GenerationRefused(GenerationError):
    """The endpoint answered with an error or something that is not its protocol."""


class GenerationNonsense(GenerationRefused):
    """The protocol was kept, but the text is no answer."""


class GenerationUnsupported(GenerationRefused):
    """The text may be an answer, but the sources do not bear it out."""
