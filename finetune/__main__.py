"""``python -m finetune``: train, prepare and serve the models that the bot may use."""

import typer

from finetune.serving_command import HELP, serving

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="训练向量模型，准备要由 vLLM 提供服务的模型。"
)


@app.callback()
def _entry() -> None:
    """Keep the name of the subcommand even while there is only one."""


app.command("serving", help=HELP)(serving)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
