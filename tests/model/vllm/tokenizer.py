"""A small tokenizer in the shape of InternLM2's: a SentencePiece file and its configuration.

As in the published one, the file's last pieces are placeholders (``[UNUSED_TOKEN_140]`` …) that
``tokenizer_config.json`` renames to the chat's special tokens; there is no ``tokenizer.json``.
"""

import json
from pathlib import Path

SPECIAL = (
    "<|plugin|>",
    "<|interpreter|>",
    "<|action_end|>",
    "<|action_start|>",
    "<|im_end|>",
    "<|im_start|>",
)
_LEARNT = 2048
IM_END = _LEARNT + SPECIAL.index("<|im_end|>")
_FIRST_UNUSED = 140
_USER_DEFINED = 4  # SentencePiece's type of a piece

TEMPLATE = (
    "{{ bos_token }}"
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def make_tokenizer(text: str, folder: Path) -> dict[str, int]:
    """Learn pieces from ``text``, write the files into ``folder``; returns ids of the special ones.

    The result holds ``vocabulary`` (how many ids there are) and the id of each of ``SPECIAL``.
    """
    import sentencepiece
    from sentencepiece import sentencepiece_model_pb2

    corpus = folder / "corpus.txt"
    corpus.write_text(text, encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(corpus),
        model_prefix=str(folder / "tokenizer"),
        model_type="bpe",
        vocab_size=_LEARNT,
        byte_fallback=True,
        add_dummy_prefix=False,
        remove_extra_whitespaces=False,
        normalization_rule_name="identity",
        character_coverage=0.9995,
        split_digits=True,
        max_sentence_length=100_000,
        minloglevel=2,
    )
    corpus.unlink()
    (folder / "tokenizer.vocab").unlink()
    path = folder / "tokenizer.model"
    model = sentencepiece_model_pb2.ModelProto()
    model.ParseFromString(path.read_bytes())
    for number in range(_FIRST_UNUSED, _FIRST_UNUSED + len(SPECIAL)):
        model.pieces.add(piece=f"[UNUSED_TOKEN_{number}]", score=0.0, type=_USER_DEFINED)
    path.write_bytes(model.SerializeToString())
    _write_config(folder)
    ids = {name: _LEARNT + place for place, name in enumerate(SPECIAL)}
    return {"vocabulary": _LEARNT + len(SPECIAL), **ids}


def _write_config(folder: Path) -> None:
    names = {0: "<unk>", 1: "<s>", 2: "</s>"}
    names |= {_LEARNT + place: name for place, name in enumerate(SPECIAL)}
    plain = {"lstrip": False, "rstrip": False, "normalized": False, "single_word": False}
    config = {
        "auto_map": {
            "AutoTokenizer": [
                "tokenization_internlm2.InternLM2Tokenizer",
                "tokenization_internlm2_fast.InternLM2TokenizerFast",
            ]
        },
        "tokenizer_class": "InternLM2Tokenizer",
        "bos_token": "<s>",
        "eos_token": "</s>",
        "unk_token": "<unk>",
        "pad_token": "</s>",
        "clean_up_tokenization_spaces": False,
        "decode_with_prefix_space": False,
        "model_max_length": 1_000_000_000_000_000_019_884_624_838_656,
        "additional_special_tokens": ["<|im_start|>", "<|im_end|>", *SPECIAL[:4]],
        "added_tokens_decoder": {
            str(number): {"content": name, "special": True, **plain}
            for number, name in sorted(names.items())
        },
        "chat_template": TEMPLATE,
    }
    text = json.dumps(config, ensure_ascii=False, indent=2)
    (folder / "tokenizer_config.json").write_text(text, encoding="utf-8")
