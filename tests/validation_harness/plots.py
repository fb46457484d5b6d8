"""Two plots as SVG, drawn by hand: the same bytes for the same figures."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.validation_harness.figures import Bin
    from tests.validation_harness.real import StatusShare

_SIZE, _EDGE = 320, 48
_COLOURS = ("#1b5e9b", "#b35806", "#4d7c32")
_HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
    ' font-family="sans-serif" font-size="12"><title>{title}</title>'
    '<rect width="{width}" height="{height}" fill="#ffffff"/>'
)


def reliability_plot(title: str, curves: dict[str, list[Bin]]) -> str:
    """Return observed against predicted, a curve for each name, beside the line of agreement."""
    width, height = _SIZE + 2 * _EDGE, _SIZE + 2 * _EDGE + 20 * len(curves)
    parts = [_HEAD.format(width=width, height=height, title=escape(title)), *_axes(title)]
    parts.append(_line([(0, 0), (1, 1)], "#999999", dashed=True))
    for bins, colour in zip(curves.values(), _COLOURS, strict=False):
        points = [(each.predicted, each.outcome) for each in bins]
        parts.append(_line(points, colour))
        parts += [_dot(point, colour) for point in points]
    for number, (name, colour) in enumerate(zip(curves, _COLOURS, strict=False)):
        y = _SIZE + 2 * _EDGE + 20 * number
        parts.append(f'<circle cx="{_EDGE}" cy="{y - 4}" r="4" fill="{colour}"/>')
        parts.append(f'<text x="{_EDGE + 12}" y="{y}">{escape(name)}</text>')
    return "".join([*parts, "</svg>\n"])


def status_plot(title: str, shares: Sequence[StatusShare]) -> str:
    """Return a bar for each status: how many of the next attempts succeeded."""
    width, height = _SIZE + 2 * _EDGE, 60 + 34 * len(shares)
    parts = [
        _HEAD.format(width=width, height=height, title=escape(title)),
        f'<text x="10" y="22" font-size="13">{escape(title)}</text>',
    ]
    for number, each in enumerate(shares):
        y, length = 44 + 34 * number, 220 * each.successes.value
        parts.append(f'<text x="10" y="{y + 14}">{escape(each.status)}</text>')
        parts.append(
            f'<rect x="150" y="{y}" width="{length:.1f}" height="20" fill="{_COLOURS[0]}"/>'
            f'<text x="{155 + length:.1f}" y="{y + 14}">{each.successes.value:.3f}</text>'
        )
    return "".join([*parts, "</svg>\n"])


def _axes(title: str) -> Iterator[str]:
    low, high = _EDGE, _EDGE + _SIZE
    yield f'<text x="{low}" y="24" font-size="13">{escape(title)}</text>'
    yield f'<rect x="{low}" y="{low}" width="{_SIZE}" height="{_SIZE}" fill="none" stroke="#333"/>'
    for tenth in range(0, 11, 2):
        x, y = _place((tenth / 10, tenth / 10))
        yield f'<text x="{x:.1f}" y="{high + 16}" text-anchor="middle">{tenth / 10:g}</text>'
        yield f'<text x="{low - 6}" y="{y + 4:.1f}" text-anchor="end">{tenth / 10:g}</text>'
    yield f'<text x="{(low + high) / 2}" y="{high + 34}" text-anchor="middle">predicted</text>'
    yield (
        f'<text x="14" y="{(low + high) / 2}" text-anchor="middle"'
        f' transform="rotate(-90 14 {(low + high) / 2})">share of successes</text>'
    )


def _place(point: tuple[float, float]) -> tuple[float, float]:
    return _EDGE + _SIZE * point[0], _EDGE + _SIZE * (1 - point[1])


def _line(points: Sequence[tuple[float, float]], colour: str, *, dashed: bool = False) -> str:
    placed = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(_place, points))
    dashes = ' stroke-dasharray="4 4"' if dashed else ""
    return f'<polyline points="{placed}" fill="none" stroke="{colour}" stroke-width="1.5"{dashes}/>'


def _dot(point: tuple[float, float], colour: str) -> str:
    x, y = _place(point)
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'
