"""Tiny random models of BGE's real architectures, saved as the real ones are.

    save_embedder(folder)   BertModel as bge-small-zh-v1.5, but 2 layers of 64
    save_reranker(folder)   XLM-RoBERTa with one label as bge-reranker-base, but 2 layers of 64

The embedder's vocabulary is like the real one's: Chinese characters, digits, punctuation and
lower-case Latin pieces, and not one upper-case piece; its tokenizer does not lower-case either.
Everything upper-case is [UNK] to it.
"""

import json
from pathlib import Path
from typing import Any

from tests.fakes_retrieval import CONTENT

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_WORDS = ("tcp", "udp", "lru", "fifo", "cache", "tlb", "crc", "dma", "ip", "http", "dns", "cpu")
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_SPECIALS = 5
LAYERS, HIDDEN, HEADS = 2, 64, 2
MAX_TOKENS = 512


def save_embedder(folder: Path, seed: int = 0) -> Path:
    """Write a random embedder with its tokenizer; another ``seed`` gives other weights."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    folder.mkdir(parents=True, exist_ok=True)
    pieces = _pieces()
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n", encoding="utf-8")
    # Not lower-casing, as the tokenizer of the real model.
    tokenizer = BertTokenizer(
        str(folder / "vocab.txt"), do_lower_case=False, model_max_length=MAX_TOKENS
    )
    tokenizer.save_pretrained(folder)
    torch.manual_seed(seed)
    model = BertModel(
        BertConfig(
            vocab_size=len(pieces),
            hidden_size=HIDDEN,
            num_hidden_layers=LAYERS,
            num_attention_heads=HEADS,
            intermediate_size=2 * HIDDEN,
            max_position_embeddings=MAX_TOKENS,
        )
    )
    _spread(model)
    model.save_pretrained(folder)
    _add_pooling(folder)
    return folder


def save_reranker(folder: Path, seed: int = 0) -> Path:
    """Write a random cross-encoder of one label with its tokenizer."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import (
        PreTrainedTokenizerFast,
        XLMRobertaConfig,
        XLMRobertaForSequenceClassification,
    )
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    folder.mkdir(parents=True, exist_ok=True)
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    pieces = [
        *special,
        "▁",
        *(piece for piece in _pieces() if piece not in _SPECIAL and "##" not in piece),
    ]
    words = Tokenizer(models.Unigram([(piece, -1.0) for piece in pieces], unk_id=3))
    words.pre_tokenizer = pre_tokenizers.Metaspace()
    words.decoder = decoders.Metaspace()
    words.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words,
        bos_token="<s>",
        cls_token="<s>",
        eos_token="</s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        mask_token="<mask>",
        model_max_length=MAX_TOKENS,
    )
    tokenizer.save_pretrained(folder)
    torch.manual_seed(seed)
    model = XLMRobertaForSequenceClassification(
        XLMRobertaConfig(
            vocab_size=len(pieces),
            hidden_size=HIDDEN,
            num_hidden_layers=LAYERS,
            num_attention_heads=HEADS,
            intermediate_size=2 * HIDDEN,
            max_position_embeddings=MAX_TOKENS + 2,
            type_vocab_size=1,
            num_labels=1,
            pad_token_id=1,
            bos_token_id=0,
            eos_token_id=2,
        )
    )
    _spread(model)
    model.save_pretrained(folder)
    return folder


def _pieces() -> list[str]:
    """The vocabulary: the special pieces, then what the shipped material is written with."""
    written = {
        character
        for path in CONTENT.rglob("*")
        if path.suffix in {".md", ".yaml"}
        for character in path.read_text(encoding="utf-8").lower()
        if not character.isspace() and not character.isupper()
    }
    single = sorted(written | set(_LETTERS))
    tails = [f"##{letter}" for letter in _LETTERS]
    return [*_SPECIAL, *single, *tails, *_WORDS]


def _spread(model: Any) -> None:
    """Let the first token look at the words instead of at itself.

    Freshly initialised, it gives nearly one vector to every text; like this it is close to a bag
    of the text's pieces, and texts that share words are near to each other.
    """
    import torch

    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "word_embeddings" in name:
                weight.mul_(50)
                weight[:_SPECIALS] = 0
            elif "attention" in name and weight.dim() > 1:
                weight.mul_(1 if "query" in name or "key" in name else 8)


def _add_pooling(folder: Path) -> None:
    """Add the files of a sentence-transformers model, which BGE's repositories also hold."""
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {
            "idx": 1,
            "name": "1",
            "path": "1_Pooling",
            "type": "sentence_transformers.models.Pooling",
        },
        {
            "idx": 2,
            "name": "2",
            "path": "2_Normalize",
            "type": "sentence_transformers.models.Normalize",
        },
    ]
    (folder / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    pooling = {"word_embedding_dimension": HIDDEN, "pooling_mode_cls_token": True}
    (folder / "1_Pooling").mkdir(exist_ok=True)
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling), encoding="utf-8")
