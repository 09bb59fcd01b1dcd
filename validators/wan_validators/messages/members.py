"""Finds out which member an unknown one means: another name, another level, another API."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from ..source.json_pointer import ANY, MISSING, escape
from ..spec import UNKNOWN_MEMBER, ModelSpec
from .context import Change, Context, Hint
from .sizes import find_allowed_size, parse_short_side
from .suggestions import find_nearest
from .values import propose_values, unwrap_url

__all__ = ["find_home", "find_meanings", "propose_layout", "propose_member"]

_ALIASES: Final[Mapping[str, str]] = {
    "image": "img imgurl imageurl imageurls firstframe firstframeurl firstframeimage inputimage "
    "inputimageurl inputimages initimage startimage startframe sourceimage baseimage imageinput "
    "imageinputs imagebase64 imagefile images image referenceimage referenceimages refimage "
    "refimages refimageurl refimagesurl inputurls imagelist imagepath picture photo file url src "
    "imageuri imgs firstimage imageprompt",
    "last_frame": "lastframeurl lastframeimage lastimage lastimageurl endimage endimageurl "
    "endframe tailimage tailframe imagetail tailimageurl finalframe",
    "n": "numimages numoutputs count batchsize numberofimages num imagecount imagescount "
    "numresults numberofresults samples numsamples samplecount nsamples quantity batch "
    "numimagesperprompt numberofoutputs outputcount numgenerations variations maximages nimages",
    "max_images": "maximagecount maxoutputs maximage",
    "size": "imagesize imgsize outputsize dimensions imagedimensions aspectratio aspect ratio "
    "resolution outputresolution imageresolution quality",
    "resolution": "quality tier videoresolution videoquality videosize size outputresolution "
    "definition outputsize res videoresolutiontier",
    "duration": "videolength seconds length videoduration durationseconds durationsec "
    "durationinseconds numseconds lengthseconds secs videoseconds",
    "audio_url": "audio audiofile sound audiopath drivingaudiourl drivingaudio music bgm "
    "audiouri voice inputaudio audioinput soundurl musicurl audiourls",
    "audio": "generateaudio withaudio enableaudio sound hasaudio audioenabled audiogeneration "
    "audioflag addaudio generatesound enablesound",
    "prompt": "text instruction instructions description caption query inputtext textprompt "
    "positiveprompt input userprompt message content",
    "negative_prompt": "negative negprompt negativetext exclude undesired uc promptnegative",
    "prompt_extend": "enhanceprompt promptoptimizer enablepromptexpansion promptexpansion "
    "expandprompt promptupsampling promptenhancement magicprompt autoprompt promptenhance "
    "enablepromptenhancement promptenhancer rewriteprompt promptrewrite extendprompt smartrewrite",
    "safety_filter": "enablesafetychecker safetychecker safetycheck enablesafety nsfwfilter "
    "contentfilter safety enablesafetyfilter safetyfilterenabled",
    "watermark": "addwatermark enablewatermark withwatermark logoadd",
    "enable_interleave": "interleave interleaved enableinterleaved interleavemode",
    "seed": "randomseed noiseseed manualseed generatorseed rngseed seeds",
    "text": "prompt",
}
"""The names of neighbouring APIs in lower case without separators, by the name that they mean."""

_CONTAINERS: Final = ["input", "inputs", "parameters", "params", "payload", "body", "data", "arguments", "args", "options", "config", "request", "generationconfig", "extrabody", "json"]
_CHATS: Final = ("messages", "message", "chat", "conversation")
_MAX_MOVES = 40
_MODEL_IN_PATH: Final = (
    "remove it: the path names the model; for a file with several models, "
    'write {"model": …, "payload": {…}}'
)


def normalize_name(name: str) -> str:
    return re.sub(r"[\W_]", "", name[:200]).lower()


def find_meanings(name: str, known: Iterable[str]) -> list[str]:
    """Returns the *known* names that *name* may mean, the surest first."""
    plain = normalize_name(name)
    found = [each for each in known if normalize_name(each) == plain]
    for each in known:
        alias = "image" if each == "images" else each
        if each not in found and plain in _ALIASES.get(alias, "").lower().split():
            found.append(each)
    return found


def collect_homes(spec: ModelSpec) -> dict[str, str]:
    """Returns the pointer of each named member that is not within an array."""
    return {
        str(rule.path[-1]): rule.pointer
        for rule in spec.rules
        if rule.path and all(type(part) is str and part != ANY for part in rule.path)
    }


def find_home(context: Context, pointer: str) -> str | None:
    """Returns the pointer where the unknown member at *pointer* belongs, if it has one."""
    name = _name(pointer)
    homes = collect_homes(context.spec)
    same = [each for each in homes if normalize_name(each) == normalize_name(name)]
    home = homes[same[0]] if same else None
    return None if home is None or _parent(home) == _parent(pointer) else home


class _Move(NamedTuple):
    source: str
    target: str
    value: Any


def propose_member(
    context: Context, pointer: str, row: str, known: frozenset[str]
) -> Iterator[Hint]:
    """Yields what the unknown member at *pointer* may mean; *row* is its rule's pointer."""
    name, parent = _name(pointer), _parent(pointer)
    value, siblings = context.value(pointer), context.value(parent)
    home, homes = find_home(context, pointer), collect_homes(context.spec)
    if pointer == "/model" and "model" not in homes:
        yield Hint(_MODEL_IN_PATH, (Change(pointer),))
    layout = [*propose_layout(context)]
    is_container = type(value) in (dict, list) and normalize_name(name) in _CONTAINERS
    if is_container or (home and any(each.value is MISSING for each in _errors(context))):
        yield from layout
    names = [each for each in find_meanings(name, sorted(known)) if each not in siblings]
    for each in _required_first(context.spec, row, names):
        yield from _rename(context, pointer, f"{row}/{each}", each)
    for each in find_meanings(name, homes):
        if _parent(homes[each]) != parent and context.value(homes[each]) is MISSING:
            yield from _move(context, pointer, homes[each])
    yield from layout
    yield from _join_sides(context, pointer, homes)
    if home is not None:
        yield from _describe_stray(context, pointer, home)
        return
    if not names:
        yield from _rename_to_nearest(context, pointer, row, known)
    present = [each for each in find_meanings(name, sorted(known)) if each in siblings]
    reason = f"; {present[0]} is already present" if present else "; the API probably ignores it"
    yield Hint(f"remove it{reason}", (Change(pointer),))


def _rename_to_nearest(
    context: Context, pointer: str, row: str, known: frozenset[str]
) -> Iterator[Hint]:
    siblings = context.value(_parent(pointer))
    absent = [each for each in sorted(known) if each not in siblings]
    required = [each for each in absent if _is_required(context.spec, f"{row}/{each}")]
    for near in (find_nearest(_name(pointer), required), find_nearest(_name(pointer), absent)):
        if near is not None:
            yield from _rename(context, pointer, f"{row}/{near}", near)


def _errors(context: Context) -> list[Any]:
    return [each for each in context.findings if each.row.severity == "error"]


def _required_first(spec: ModelSpec, row: str, names: list[str]) -> list[str]:
    return sorted(names, key=lambda each: not _is_required(spec, f"{row}/{each}"))


def _is_required(spec: ModelSpec, pointer: str) -> bool:
    return any(
        rule.pointer == pointer and rule.required and rule.severity == "error"
        for rule in spec.rules
    )


def _rename(context: Context, pointer: str, row: str, name: str) -> Iterator[Hint]:
    target = f"{_parent(pointer)}/{escape(name)}"
    for value, how in _adapt(context.spec, row, context.value(pointer)):
        if how is None:
            yield Hint(f"did you mean {name}?", (Change(target, source=pointer),))
        else:
            yield Hint(f"did you mean {name}? {how}", (Change(pointer), Change(target, value)))


def _move(context: Context, pointer: str, home: str) -> Iterator[Hint]:
    lost = _describe_loss(context, home)
    for value, how in _adapt(context.spec, home, context.value(pointer)):
        text = f"move it to {context.to_outer(home)}; {lost}"
        if how is None:
            yield Hint(text, (Change(home, source=pointer),))
        else:
            yield Hint(f"{text}; {how}", (Change(pointer), Change(home, value)))


def _describe_stray(context: Context, pointer: str, home: str) -> Iterator[Hint]:
    outer = context.to_outer(home)
    if context.value(home) is MISSING:
        yield Hint(f"it belongs at {outer}, with another value; {_describe_loss(context, home)}")
    else:
        yield Hint(f"remove it here; {outer} is already present and is used", (Change(pointer),))


def _describe_loss(context: Context, home: str) -> str:
    defaults = [rule.default for rule in context.spec.rules if rule.pointer == home]
    default = next((each for each in defaults if each is not MISSING), MISSING)
    applies = "" if default is MISSING else f", and the default {default} applies"
    return f"where it is, the API ignores it{applies}"


def _adapt(spec: ModelSpec, row: str, value: Any) -> Iterator[tuple[Any, str | None]]:
    """Yields *value*, and what it may mean as the member at *row*."""
    yield value, None
    size = find_allowed_size(spec, row, value)
    if size is not None:
        yield size, f'write "{size}"'
    for rule in spec.rules:
        if rule.pointer == row:
            for other in (value, unwrap_url(value)):
                yield from propose_values(rule.constraint, other)


def _join_sides(context: Context, pointer: str, homes: Mapping[str, str]) -> Iterator[Hint]:
    """Yields the size or the tier that members width and height mean together."""
    parent, name = _parent(pointer), _name(pointer)
    sides = [context.value(f"{parent}/{each}") for each in ("width", "height")]
    if name not in ("width", "height") or MISSING in sides:
        return
    removed = (Change(f"{parent}/width"), Change(f"{parent}/height"))
    for each in ("size", "resolution"):
        home = homes.get(each, "")
        if not home or context.value(home) is not MISSING:
            continue
        value: Any = find_allowed_size(context.spec, home, sides)
        if each == "resolution":
            value = f"{parse_short_side(sides)}P"
        if value is not None:
            yield Hint(
                f'write width and height as {context.to_outer(home)}: "{value}"',
                (*removed, Change(home, value)),
            )


def propose_layout(context: Context) -> Iterator[Hint]:
    """Yields the move of all members that are at the wrong level, or of another API's form."""
    homes = collect_homes(context.spec)
    moves, pieces, containers = _collect_moves(context, homes)
    changes: list[Change] = [Change(each.source) for each in moves]
    changes += [Change(source) for source, _, _ in pieces]
    changes += [Change(each) for each in containers]
    changes += [Change(each.target, each.value) for each in moves]
    parts = [part for _, _, part in pieces]
    if "messages" in homes and parts:
        message = {"role": "user", "content": [part for group in parts for part in group]}
        changes.append(Change(homes["messages"], [message]))
        yield Hint(
            f"write {_join([name for _, name, _ in pieces])} as {homes['messages']}: "
            '[{"role": "user", "content": [{"text": …}, {"image": …}]}]'
            + _describe_moves(context, moves),
            tuple(changes),
        )
    elif moves and all(_parent(each.source) == _parent(each.target) for each in moves):
        names = _join([f"{_name(each.target)} in place of {_name(each.source)}" for each in moves])
        yield Hint(f"write {names}", tuple(changes))
    elif moves and containers:
        names, out = _join(list(map(_describe_name, moves))), _join(list(map(_name, containers)))
        level = "the top level" if len(context.spec.unknown_member_rules) == 1 else "another level"
        yield Hint(
            f"members belong at {level}: move {names} out of {out}; "
            "where they are, the API ignores them",
            tuple(changes),
        )
    elif moves:
        text = _describe_moves(context, moves).removeprefix("; ")
        yield Hint(f"{text}; where they are, the API ignores them", tuple(changes))


def _describe_moves(context: Context, moves: Sequence[_Move]) -> str:
    groups: dict[str, list[str]] = {}
    for each in moves:
        groups.setdefault(_parent(context.to_outer(each.target)), []).append(_describe_name(each))
    texts = [f"{_join(names)} into {where[1:]}" for where, names in groups.items()]
    return f"; move {', '.join(texts)}" if texts else ""


def _describe_name(move: _Move) -> str:
    old, new = _name(move.source), _name(move.target)
    return old if old == new else f"{old} (as {new})"


def _join(names: Sequence[str]) -> str:
    *others, last = dict.fromkeys(names)
    return f"{', '.join(others)} and {last}" if others else last


def _collect_moves(
    context: Context, homes: Mapping[str, str]
) -> tuple[list[_Move], list[tuple[str, str, list[Any]]], list[str]]:
    """Returns the moves, the pieces of a message, and the containers that they empty."""
    moves: dict[str, _Move] = {}
    pieces: list[tuple[str, str, list[Any]]] = []
    containers: list[str] = []
    strays = [each for each in context.findings if each.row.id == UNKNOWN_MEMBER][:_MAX_MOVES]
    sources: list[str] = []
    for each in strays:
        inner = _find_container(context, each.pointer)
        if inner is None:
            sources.append(each.pointer)
            continue
        containers.append(each.pointer)
        sources += [f"{inner}/{escape(name)}" for name in list(context.value(inner))[:_MAX_MOVES]]
    for source in sources:
        name, value = _name(source), context.value(source)
        if "messages" in homes and context.value(homes["messages"]) is MISSING:
            part = _build_parts(name, value)
            if part:
                pieces.append((source, name, part))
                continue
        for target, moved in _place(context, homes, name, value):
            free = target not in moves and context.value(target) is MISSING
            if free and (source != target or containers):
                moves[target] = _Move(source, target, moved)
    pieces.sort(key=lambda piece: "text" not in piece[2][0])
    return list(moves.values()), pieces, containers


def _find_container(context: Context, pointer: str) -> str | None:
    """Returns the pointer of the object in the unknown member at *pointer* that has members."""
    value = context.value(pointer)
    if normalize_name(_name(pointer)) not in _CONTAINERS:
        return None
    if type(value) is list and value and type(value[0]) is dict:
        params = value[0].get("params")
        return f"{pointer}/0/params" if type(params) is dict else f"{pointer}/0"
    return pointer if type(value) is dict else None


def _build_parts(name: str, value: Any) -> list[Any]:
    """Returns the content parts of a message that the member *name* means, if any."""
    if normalize_name(name) in _CHATS:
        texts, images = _read_messages(value)
        text = [{"text": "\n".join(texts)}] if texts else []
        return [*text, *({"image": url} for url in images)]
    if type(value) is str and find_meanings(name, ["prompt"]):
        return [{"text": value}]
    if find_meanings(name, ["images"]):
        items = value if type(value) is list else [value]
        urls = [unwrap_url(item) for item in items]
        return [{"image": url} for url in urls] if all(type(url) is str for url in urls) else []
    return []


def _place(
    context: Context, homes: Mapping[str, str], name: str, value: Any
) -> Iterator[tuple[str, Any]]:
    """Yields each target of the member *name*, with its value there."""
    if normalize_name(name) in _CHATS:
        texts, images = _read_messages(value)
        if texts:
            yield homes["prompt"], "\n".join(texts)
        if images and "images" in homes:
            yield homes["images"], images
        elif images:
            yield homes["image"], images[0]
        return
    for meant in find_meanings(name, homes)[:1]:
        adapted = [each for each, _ in _adapt(context.spec, homes[meant], value)]
        fitting = [each for each in adapted if _fits(context, homes[meant], each)]
        yield homes[meant], (fitting or [value])[0]


def _fits(context: Context, pointer: str, value: Any) -> bool:
    return all(
        rule.constraint.applies_to(seen) and rule.constraint.is_satisfied(seen)
        for rule in context.spec.rules
        if rule.pointer == pointer and rule.when is None and rule.severity == "error"
        for seen in [rule.constraint.view.extract(value)]
    )


def _read_messages(value: Any) -> tuple[list[str], list[str]]:
    """Returns the texts and the images of chat messages."""
    texts: list[str] = []
    images: list[str] = []
    for message in value if type(value) is list else [value]:
        content = message.get("content") if type(message) is dict else message
        for part in content if type(content) is list else [content]:
            text = part.get("text") if type(part) is dict else part
            url = unwrap_url(part)
            if type(text) is str:
                texts.append(text)
            elif type(url) is str:
                images.append(url)
    return texts, images


def _name(pointer: str) -> str:
    return pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")


def _parent(pointer: str) -> str:
    return pointer.rpartition("/")[0]
