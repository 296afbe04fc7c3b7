"""Read ``vllm serve`` command lines with vLLM's own parser; runs in the server's environment.

Standard input: a JSON list of lists of words, each beginning with ``serve``. The last line of
standard output: a JSON list of what was parsed, for each the values that are JSON. A word that
vLLM does not know ends it with exit code 2 and its explanation.
"""

import json
import sys
from typing import Any


def main() -> None:
    from vllm.entrypoints.cli.serve import ServeSubcommand
    from vllm.utils.argparse_utils import FlexibleArgumentParser

    parser = FlexibleArgumentParser()
    ServeSubcommand().subparser_init(parser.add_subparsers(dest="subparser"))
    commands: list[list[str]] = json.load(sys.stdin)
    print(json.dumps([_plain(vars(parser.parse_args(words))) for words in commands]))


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Keep what JSON can say; adapters by their names and paths."""
    names = [[lora.name, lora.path] for lora in values.get("lora_modules") or ()]
    return {k: v for k, v in values.items() if _is_json(v)} | {"lora_modules": names}


def _is_json(value: object) -> bool:
    try:
        json.dumps(value)
    except TypeError:
        return False
    return True


if __name__ == "__main__":
    main()
