"""``python -m finetune``: train, prepare and serve the models that the bot may use."""

import typer

from finetune.embedder.command import HELP as EMBEDDER_HELP
from finetune.embedder.command import embedder
from finetune.serving_command import HELP, QUANTISE_HELP, quantising, serving

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="训练向量模型，准备要由 vLLM 提供服务的模型。"
)


app.command("embedder", help=EMBEDDER_HELP)(embedder)
app.command("serving", help=HELP)(serving)
app.command("quantise", help=QUANTISE_HELP)(quantising)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
