"""Reading YAML files that may contain anything: every node keeps its line and its path."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import yaml
from django.utils.translation import gettext as _
from yaml.constructor import SafeConstructor
from yaml.reader import Reader

MAX_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 40
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a file, with its place as far as there is one."""

    line: int | None
    path: str
    message: str

    def __str__(self) -> str:
        line = _("line %(line)d") % {"line": self.line} if self.line else ""
        place = ", ".join(part for part in (line, self.path) if part)
        return f"{place}: {self.message}" if place else self.message


class InvalidFile(Exception):
    """A file that cannot be used; ``problems`` are all that were found, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.line or 0)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True, slots=True)
class Node:
    """A value with its place. ``value`` is a scalar, a list of nodes or a dict of nodes."""

    value: Any
    line: int
    path: str

    def plain(self) -> Any:
        """The value without places."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


@dataclass(frozen=True, slots=True)
class Document:
    root: Node
    lines: dict[str, int]

    def line_of(self, path: str) -> int:
        """The line of the node at ``path``, or of the nearest node around it."""
        while path not in self.lines:
            path = re.sub(r"(^|\.)[^.\[]*$|\[\d+\]$", "", path)
        return self.lines[path]


def read_document(path: Path) -> Document:
    """Read a YAML file of at most 10 MB. Raises :class:`InvalidFile`."""
    return parse_document(_decoded(_bytes_of(path)))


def _fail(message: str, line: int | None = None) -> NoReturn:
    raise InvalidFile([Problem(line, "", message)])


def _bytes_of(path: Path) -> bytes:
    try:
        if not path.is_file():
            _fail(_("%(path)s is not a file.") % {"path": path})
        size = path.stat().st_size
        if size > MAX_BYTES:
            _fail(_("found a file of %(size).1f MB, expected at most 10 MB") % {"size": size / 1024**2})
        return path.read_bytes()
    except OSError as error:
        _fail(_("%(path)s cannot be read: %(reason)s") % {"path": path, "reason": error.strerror})


def _decoded(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        offset = error.start + (3 if data.startswith(b"\xef\xbb\xbf") else 0)
        values = {"byte": data[offset], "offset": offset}
        _fail(
            _("found byte 0x%(byte)02x at offset %(offset)d, expected text in UTF-8") % values,
            data.count(b"\n", 0, offset) + 1,
        )
    unprintable = Reader.NON_PRINTABLE.search(text)
    if unprintable:
        values = {"code": ord(unprintable.group())}
        _fail(
            _("found the control character U+%(code)04X, expected text") % values,
            text.count("\n", 0, unprintable.start()) + 1,
        )
    return text


def parse_document(text: str) -> Document:
    """Parse YAML with plain values only. Raises :class:`InvalidFile`."""
    try:
        _refuse_traps(text)
        root = yaml.compose(text, Loader=LOADER)
    except yaml.YAMLError as error:
        _fail(*_syntax_error(error))
    if root is None:
        _fail(_("found an empty file, expected a mapping"), 1)
    tree = _Tree()
    node = tree.build(root, "")
    if tree.problems:
        raise InvalidFile(tree.problems)
    return Document(node, tree.lines)


def _refuse_traps(text: str) -> None:
    """Refuse aliases (a small file could unfold into an endless one) and excessive depth."""
    depth = 0
    aliases = []
    for event in yaml.parse(text, Loader=LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.AliasEvent):
            message = _("found the alias *%(name)s, expected its content written out") % {
                "name": event.anchor
            }
            aliases.append(Problem(_line(event), "", message))
        if depth > MAX_DEPTH:
            message = _("found more than %(depth)d levels of nesting, expected fewer") % {"depth": MAX_DEPTH}
            _fail(message, _line(event))
    if aliases:
        raise InvalidFile(aliases)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _syntax_error(error: yaml.YAMLError) -> tuple[str, int | None]:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = getattr(error, "problem", None) or str(error)
    if mark is None:
        return _("this is not YAML: %(what)s") % {"what": what}, None
    values = {"column": mark.column + 1, "what": what}
    return _("column %(column)d: this is not YAML: %(what)s") % values, mark.line + 1


@dataclass(slots=True)
class _Tree:
    """Turns YAML's nodes into ours, noting what is not plain data and keys given twice."""

    problems: list[Problem] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    constructor: SafeConstructor = field(default_factory=SafeConstructor)

    def build(self, node: yaml.Node, path: str) -> Node:
        line = node.start_mark.line + 1
        self.lines[path] = line
        if isinstance(node, yaml.MappingNode) and node.tag == f"{TAG}map":
            return Node(self._mapping(node, path), line, path)
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{TAG}seq":
            children = [self.build(child, f"{path}[{i}]") for i, child in enumerate(node.value)]
            return Node(children, line, path)
        return Node(self._scalar(node, path), line, path)

    def _mapping(self, node: yaml.MappingNode, path: str) -> dict[Any, Node]:
        children: dict[Any, Node] = {}
        for key_node, value_node in node.value:
            key = self._scalar(key_node, path)
            child_path = f"{path}.{key}" if path else str(key)
            line = key_node.start_mark.line + 1
            if key in children:
                values = {"key": key, "line": children[key].line}
                message = (
                    _("found the key “%(key)s” again (first on line %(line)d), expected it once") % values
                )
                self.problems.append(Problem(line, child_path, message))
                continue
            child = self.build(value_node, child_path)
            self.lines[child_path] = line
            children[key] = Node(child.value, line, child_path)
        return children

    def _scalar(self, node: yaml.Node, path: str) -> Any:
        kind = node.tag.removeprefix(TAG)
        if isinstance(node, yaml.ScalarNode) and kind in {"str", "timestamp"}:
            return node.value
        if isinstance(node, yaml.ScalarNode) and kind in {"null", "bool", "int", "float"}:
            try:
                value = self.constructor.construct_object(node)
            except ValueError:
                value = math.nan
            if not isinstance(value, float) or math.isfinite(value):
                return value
        message = _("found a value of the kind “%(kind)s”, expected plain text or a number") % {"kind": kind}
        self.problems.append(Problem(node.start_mark.line + 1, path, message))
        return None
