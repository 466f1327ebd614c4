"""``pgx completion``: a shell script that completes commands without starting Python."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Annotated, Any, Final

import msgspec
import typer

from pgx.base.assemblies import Assembly
from pgx.base.texts import did_you_mean
from pgx.cli.main import command_modules
from pgx.cli.options import run_app, single
from pgx.errors import UsageError
from pgx.inputs.settings import Absent, Prior
from pgx.reports.files.formats import FORMATS, RUN_FORMATS

__all__ = ["CompletionLevel", "completion", "levels", "run"]

_VALUES: Final[dict[str, tuple[str, ...]]] = {
    "--assembly": tuple(a.value for a in Assembly),
    "--absent": tuple(a.value for a in Absent),
    "--prior": tuple(p.value for p in Prior),
    "--format": (*FORMATS, *RUN_FORMATS, "tsv"),
}
"""What options whose values are checked by the command itself may be."""


class CompletionLevel(msgspec.Struct, frozen=True, kw_only=True):
    """The possible completions after some words: commands, or options with their values.

    ``words`` follow ``pgx``; an option has no values if any text or file may follow, and
    ``takes_value`` is false for a switch.
    """

    words: tuple[str, ...]
    commands: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()


class Option(msgspec.Struct, frozen=True):
    """An option by its long name."""

    name: str
    takes_value: bool = False
    values: tuple[str, ...] = ()


def run(words: list[str]) -> int:
    """Run the command; return its exit status."""
    return run_app(single(completion, "completion"), words, "pgx completion")


def completion(
    shell: Annotated[str, typer.Argument(metavar="SHELL", help="bash, zsh or fish")],
) -> int:
    """Print a script that completes commands, options and their values in a shell.

    It needs no network and does not start Python. Regenerate it after an update.

    Examples:
      pgx completion bash > ~/.local/share/bash-completion/completions/pgx

      pgx completion zsh > ~/.zfunc/_pgx

      pgx completion fish > ~/.config/fish/completions/pgx.fish
    """
    scripts = {"bash": _bash, "zsh": _zsh, "fish": _fish}
    if shell not in scripts:
        remedy = did_you_mean(shell, scripts, "choose bash, zsh or fish")
        raise UsageError(f"no shell {shell!r}", remedy=remedy)
    sys.stdout.write(scripts[shell](list(levels())) + "\n")
    return 0


def levels() -> Iterator[CompletionLevel]:
    """Yield the completions after ``pgx``, each command, and each command of a group."""
    modules = command_modules()
    yield CompletionLevel(words=(), commands=tuple(modules), options=(Option("--version"),))
    for name, module in modules.items():
        app = _app_of(import_module(module), name)
        if app is not None:
            yield from _below((name,), typer.main.get_command(app))


def _app_of(module: Any, name: str) -> typer.Typer | None:  # noqa: ANN401 - any command's module
    """Return a command's app, by the attribute names common to all commands."""
    app = getattr(module, "app", None)
    if isinstance(app, typer.Typer):
        return app
    function = getattr(module, name, None)
    return single(function, name) if callable(function) else None


def _below(words: tuple[str, ...], command: Any) -> Iterator[CompletionLevel]:  # noqa: ANN401 - click's
    inner = getattr(command, "commands", None)
    if inner is None:
        yield CompletionLevel(words=words, options=tuple(_options(command)))
        return
    yield CompletionLevel(words=words, commands=tuple(inner), options=(Option("--help"),))
    for name, one in inner.items():
        yield from _below((*words, name), one)


def _options(command: Any) -> Iterator[Option]:  # noqa: ANN401 - click's
    for parameter in command.params:
        for name in (name for name in parameter.opts if name.startswith("--")):
            values = tuple(str(v) for v in getattr(parameter.type, "choices", ()) or ())
            is_switch = bool(getattr(parameter, "is_flag", False))
            yield Option(name, takes_value=not is_switch, values=values or _VALUES.get(name, ()))
    yield Option("--help")


def _key(words: tuple[str, ...]) -> str:
    return " ".join(words)


def _cases(found: list[CompletionLevel], case: str) -> list[str]:
    """Return a line of a shell's ``case`` for each level: its words, commands and options."""
    return [
        case.format(
            _key(level.words), " ".join(level.commands), " ".join(o.name for o in level.options)
        )
        for level in found
    ]


def _value_cases(found: list[CompletionLevel], case: str) -> list[str]:
    """Return a line of a shell's ``case`` for each option with a fixed set of values."""
    return [
        case.format(f"{_key(level.words)} {option.name}", " ".join(option.values))
        for level in found
        for option in level.options
        if option.values
    ]


def _groups(found: list[CompletionLevel]) -> str:
    return "|".join(_key(level.words) for level in found if level.commands and level.words) or "-"


def _bash(found: list[CompletionLevel]) -> str:
    return "\n".join(
        [
            "# bash completion of pgx",
            "_pgx() {",
            '    local current="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"',
            '    local key="" commands="" options="" values=""',
            '    [ "$COMP_CWORD" -gt 1 ] && key="${COMP_WORDS[1]}"',
            f'    case "$key" in {_groups(found)})',
            '        [ "$COMP_CWORD" -gt 2 ] && key="$key ${COMP_WORDS[2]}" ;;',
            "    esac",
            '    case "$key" in',
            *_cases(found, '        "{}") commands="{}"; options="{}" ;;'),
            "    esac",
            '    case "$key $before" in',
            *_value_cases(found, '        "{}") values="{}" ;;'),
            "    esac",
            '    if [ -n "$values" ]; then',
            '        COMPREPLY=($(compgen -W "$values" -- "$current"))',
            '    elif [ "${current:0:1}" = "-" ]; then',
            '        COMPREPLY=($(compgen -W "$options" -- "$current"))',
            "    else",
            '        COMPREPLY=($(compgen -W "$commands" -- "$current"))',
            "    fi",
            "}",
            "complete -o default -F _pgx pgx",
        ]
    )


def _zsh(found: list[CompletionLevel]) -> str:
    return "\n".join(
        [
            "#compdef pgx",
            "_pgx() {",
            '    local key="" before="${words[CURRENT-1]}"',
            "    local -a commands options values",
            '    (( CURRENT > 2 )) && key="${words[2]}"',
            f'    case "$key" in ({_groups(found)})',
            '        (( CURRENT > 3 )) && key="$key ${words[3]}" ;;',
            "    esac",
            '    case "$key" in',
            *_cases(found, '        ("{}") commands=({}); options=({}) ;;'),
            "    esac",
            '    case "$key $before" in',
            *_value_cases(found, '        ("{}") values=({}) ;;'),
            "    esac",
            "    if (( $#values )); then compadd -- $values",
            '    elif [[ "$PREFIX" == -* ]]; then compadd -- $options',
            "    elif (( $#commands )); then compadd -- $commands",
            "    else _files",
            "    fi",
            "}",
            'if [ "$funcstack[1]" = "_pgx" ]; then _pgx "$@"; else compdef _pgx pgx; fi',
        ]
    )


def _fish(found: list[CompletionLevel]) -> str:
    lines = ["# fish completion of pgx"]
    for level in found:
        where = _fish_condition(level)
        lines += [f"complete -c pgx -n '{where}' -f -a {name}" for name in level.commands]
        lines += [f"complete -c pgx -n '{where}' {_fish_option(o)}" for o in level.options]
    return "\n".join(lines)


def _fish_condition(level: CompletionLevel) -> str:
    """Return the condition for a level: its words are present and no deeper level's."""
    if not level.words:
        return "__fish_use_subcommand"
    seen = [f"__fish_seen_subcommand_from {word}" for word in level.words]
    if level.commands:
        seen.append(f"not __fish_seen_subcommand_from {' '.join(level.commands)}")
    return "; and ".join(seen)


def _fish_option(option: Option) -> str:
    name = f"-l {option.name.removeprefix('--')}"
    if option.values:
        return f'{name} -x -a "{" ".join(option.values)}"'
    return f"{name} -r" if option.takes_value else name
