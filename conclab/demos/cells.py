"""The signs of a film as masks: how much of each pixel of a cell is ink. Needs the extra ``pictures`` (Pillow)."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFont

from conclab.demos.fonts import Face, find_fonts
from conclab.demos.glyphs import Box, shape
from conclab.demos.reel import Cell

_LINE_HEIGHT = 1.28
"""Of the font's size: a little more than what its letters take."""
_ADVANCE = 0.602
"""Of the font's size, of DejaVu Sans Mono and Menlo."""
_SLANT = 0.2
_MISSING = chr(0x10FFFE)
"""Nobody has it: what is drawn for it is drawn for all that a font does not have."""

Kind = tuple[str, bool, bool, bool, bool, int]


class Cells:
    """Draws signs in cells of ``width`` pixels. Raises FilmTrouble without a font."""

    def __init__(self, width: int) -> None:
        fonts = find_fonts()
        size = width / _ADVANCE
        self.width, self.height = width, round(size * _LINE_HEIGHT)
        self._regular, self._bold = _loaded(fonts.regular, size), _loaded(fonts.bold, size)
        self._others = tuple(_loaded(face, size * 0.9) for face in fonts.others)
        ascent, descent = self._regular.getmetrics()
        self._baseline = round((self.height - ascent - descent) / 2) + ascent
        self._masks: dict[Kind, Image.Image] = {}
        self._absent: dict[int, bytes] = {}

    def mask(self, cell: Cell, cells: int = 1) -> Image.Image:
        """A cell's ink, 0 to 255, in so many columns (signs of two columns there are)."""
        kind = cell.sign, cell.bold, cell.italic, cell.underlined, cell.struck, cells
        found = self._masks.get(kind)
        if found is None:
            found = self._masks[kind] = self._draw(cell, cells)
        return found

    def _draw(self, cell: Cell, cells: int) -> Image.Image:
        mask = Image.new("L", (self.width * cells, self.height), 0)
        draw, thick = ImageDraw.Draw(mask), max(1, self.width // 8)
        boxes = shape(cell.sign)
        if boxes is not None:
            for box in boxes:
                self._fill(draw, box)
        elif cell.sign.strip():
            mask = self._written(cell, mask)
            draw = ImageDraw.Draw(mask)
        for wanted, y in ((cell.underlined, self._baseline + thick), (cell.struck, self._baseline - self.height // 4)):
            if wanted:
                draw.rectangle((0, y, mask.width - 1, y + thick - 1), fill=255)
        return mask

    def _fill(self, draw: ImageDraw.ImageDraw, box: Box) -> None:
        """On whole pixels, so that neighbours meet without a seam; at least one."""
        left, top = round(box.left * self.width), round(box.top * self.height)
        right, bottom = max(left + 1, round(box.right * self.width)), max(top + 1, round(box.bottom * self.height))
        draw.rectangle((left, top, right - 1, bottom - 1), fill=round(box.opacity * 255))

    def _written(self, cell: Cell, mask: Image.Image) -> Image.Image:
        font = self._font_for(cell.sign[0], self._bold if cell.bold else self._regular)
        draw = ImageDraw.Draw(mask)
        spare = mask.width - font.getlength(cell.sign)
        draw.text((max(0.0, spare / 2) if abs(spare) > 1 else 0.0, self._baseline), cell.sign, fill=255, font=font, anchor="ls")
        if cell.italic:
            shift = _SLANT * self._baseline
            mask = mask.transform(mask.size, Image.Transform.AFFINE, (1, _SLANT, -shift, 0, 1, 0), Image.Resampling.BILINEAR)
        return mask

    def _font_for(self, sign: str, usual: ImageFont.FreeTypeFont) -> ImageFont.FreeTypeFont:
        if sign.isascii() or not self._lacks(usual, sign):
            return usual
        return next((font for font in self._others if not self._lacks(font, sign)), usual)

    def _lacks(self, font: ImageFont.FreeTypeFont, sign: str) -> bool:
        absent = self._absent.get(id(font))
        if absent is None:
            absent = self._absent[id(font)] = bytes(font.getmask(_MISSING))
        return bytes(font.getmask(sign)) == absent


def _loaded(face: Face, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(face.path), size, index=face.index)
