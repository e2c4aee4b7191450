"""The page's files as they are: no markup from text, every word there, colours that can be read, samples that are honest."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image, ImageFilter, ImageStat

from channels.sandbox.samples import load_places, load_samples

PAGE = Path(__file__).resolve().parents[2] / "channels" / "sandbox" / "page"
SCRIPTS = {path.name: path.read_text(encoding="utf-8") for path in PAGE.glob("*.js")}
STYLES = "\n".join(path.read_text(encoding="utf-8") for path in PAGE.glob("*.css"))
HTML = (PAGE / "index.html").read_text(encoding="utf-8")

MARKUP_FROM_TEXT = (
    "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "DOMParser", "srcdoc", "setHTML",
)  # fmt: skip


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_no_script_makes_markup_of_text_or_leaves_this_machine(name):
    found = [
        word
        for word in (*MARKUP_FROM_TEXT, "http:", ".style.cssText", 'setAttribute("style"')
        if word in SCRIPTS[name].replace('"http:"', "").replace("http://www.w3.org", "")
    ]
    assert found == []
    assert len(SCRIPTS[name].splitlines()) <= 400


def test_the_page_has_no_script_or_style_inside_and_names_only_its_own_files():
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", HTML)
    assert re.findall(r"<script[^>]*>(.*?)</script>", HTML, re.DOTALL) == [""]
    for address in re.findall(r'(?:src|href)="([^"#]+)"', HTML) + re.findall(r"url\(\"?([^)\"]+)", STYLES):
        assert address.startswith("/page/"), address
        assert (PAGE / address.removeprefix("/page/")).exists(), address


def words_of(language: str) -> set[str]:
    block = re.search(rf"^  {language}: \{{\n(.*?)^  \}},$", SCRIPTS["words.js"], re.DOTALL | re.MULTILINE)
    return set(re.findall(r"^    (\w+): ", block[1], re.MULTILINE))


def test_every_word_that_is_used_exists_and_none_is_left_over():
    others = "\n".join(text for name, text in SCRIPTS.items() if name != "words.js")
    named = set(re.findall(r'data-(?:word|label|hint)="(\w+)"', HTML))
    spoken = set(re.findall(r'"(\w+)"', others)) & words_of("id")
    asked = set(re.findall(r'\bword\("(\w+)"', others)) | named
    assert asked - words_of("id") == set()
    errors = {key for key in words_of("id") if key.startswith("error_")}
    assert words_of("id") - spoken - named - errors == set()


def test_english_says_what_indonesian_says():
    assert words_of("en") - words_of("id") == set()
    assert words_of("id") - words_of("en") == {"citizenNames", "example1", "example2", "example3"}  # what people write


def test_every_error_of_the_server_has_words():
    folder = PAGE.parent
    code = "".join(path.read_text(encoding="utf-8") for path in folder.glob("stage*.py"))
    raised = set(re.findall(r'StageError\(\s*\d+, "(\w+)"', code))
    assert raised
    assert {f"error_{name}" for name in raised} <= words_of("id")


# Colours


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def themes() -> dict[str, dict[str, str]]:
    light, dark = re.findall(r":root \{(.*?)\}", STYLES, re.DOTALL)[:2]
    return {
        name: dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
        for name, block in (("light", light), ("dark", dark))
    }


TEXT_ON = [
    ("ink", "paper"), ("ink", "sheet"), ("ink", "mine"), ("ink", "theirs"), ("ink", "wall"), ("ink", "teal-soft"),
    ("dim", "paper"), ("dim", "sheet"), ("dim", "mine"), ("dim", "theirs"), ("dim", "wall"), ("dim", "sunk"), ("dim", "teal-soft"),
    ("teal-deep", "sheet"), ("teal-deep", "teal-soft"), ("teal-deep", "mine"), ("teal-deep", "theirs"), ("on-teal", "teal"),
    ("on-teal", "teal-deep"), ("gold", "gold-soft"), ("gold", "sheet"), ("clay", "sheet"), ("clay", "clay-soft"),
    ("paper", "ink"), ("sheet", "clay"), *((f"tint-{number}", "sheet") for number in range(6)),
]  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_can_be_read_on_its_ground(theme, text, ground):
    colours = themes()[theme]
    assert contrast(colours[text], colours[ground]) >= 4.5


# Samples


def picture(name: str) -> Image.Image:
    return Image.open(io.BytesIO(load_samples()[name].content))


def brightness(image: Image.Image) -> float:
    return ImageStat.Stat(image.convert("L")).mean[0]


def sharpness(image: Image.Image) -> float:
    return ImageStat.Stat(image.convert("L").filter(ImageFilter.FIND_EDGES)).var[0]


def test_samples_are_photos_of_a_phone_s_size_and_few():
    samples = load_samples()
    assert sum(len(sample.content) for sample in samples.values()) < 1_500_000
    for name in ("ktp", "kk", "road"):
        assert picture(name).size == (1280, 800)
        assert 150_000 <= len(samples[name].content) <= 400_000, name
    assert picture("sticker").format == "WEBP"
    assert samples["voice"].content[:4] == b"OggS"
    assert b"OpusHead" in samples["voice"].content[:64]


def test_only_the_road_carries_a_position_and_it_lies_in_kanigaran():
    for name in ("ktp", "kk", "ktp_dark", "ktp_blurred"):
        assert not dict(picture(name).getexif()), name
    gps = picture("road").getexif().get_ifd(0x8825)
    degrees = [float(part[0]) + float(part[1]) / 60 + float(part[2]) / 3600 for part in (gps[2], gps[4])]
    place = load_places()["kanigaran"]
    assert degrees == pytest.approx([-place.latitude, place.longitude], abs=0.001)


def test_one_card_is_too_dark_and_one_too_blurred():
    assert brightness(picture("ktp_dark")) < 25
    assert brightness(picture("ktp")) > 80
    assert sharpness(picture("ktp_blurred")) * 10 < sharpness(picture("ktp"))
