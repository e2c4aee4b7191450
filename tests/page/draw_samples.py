"""Draws the demo's sample media: `python tests/page/draw_samples.py` writes them to channels/sandbox/samples/.

Everything is invented: the cards say CONTOH and carry zeros for numbers, the road is procedural. The spoken note needs
espeak-ng and opusenc (Debian: espeak-ng, opus-tools); without them the one in the folder stays as it is. Faces are
Noto Sans where installed (Debian: fonts-noto-core), else Pillow's own.
"""

from __future__ import annotations

import math
import random
import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageFont

FOLDER = Path(__file__).resolve().parents[2] / "channels" / "sandbox" / "samples"
SIZE = (1280, 800)
ROAD_AT = (-7.7701, 113.2147)  # Kanigaran, Kota Probolinggo
SPOKEN = (
    "Selamat pagi. Saya mau melapor, lampu jalan di depan balai RW tiga sudah seminggu mati. "
    "Kalau malam gelap sekali. Mohon diperbaiki. Terima kasih."
)
_FACES = Path("/usr/share/fonts/truetype/noto")

KTP_LINES = [
    ("Nama", "SARI CONTOH"),
    ("Tempat/Tgl Lahir", "KOTA CONTOH, 01-01-1990"),
    ("Jenis Kelamin", "PEREMPUAN     Gol. Darah : -"),
    ("Alamat", "JL. CONTOH NO. 0"),
    ("   RT/RW", "000/000"),
    ("   Kel/Desa", "CONTOH"),
    ("   Kecamatan", "CONTOH"),
    ("Agama", "-"),
    ("Status Perkawinan", "-"),
    ("Pekerjaan", "CONTOH"),
    ("Kewarganegaraan", "WNI"),
    ("Berlaku Hingga", "SEUMUR HIDUP"),
]
KK_COLUMNS = [
    ("No", 40),
    ("Nama Lengkap", 210),
    ("NIK", 190),
    ("Jenis Kelamin", 130),
    ("Tempat Lahir", 150),
    ("Tanggal Lahir", 130),
    ("Pendidikan", 150),
    ("Pekerjaan", 150),
]
KK_ROWS = [
    ("1", "BUDI CONTOH", "0000000000000000", "LAKI-LAKI", "KOTA CONTOH", "01-01-1988", "CONTOH", "CONTOH"),
    ("2", "SARI CONTOH", "0000000000000000", "PEREMPUAN", "KOTA CONTOH", "01-01-1990", "CONTOH", "CONTOH"),
    ("3", "ANAK CONTOH", "0000000000000000", "PEREMPUAN", "KOTA CONTOH", "01-01-2015", "CONTOH", "CONTOH"),
]


def face(size: int, *, bold: bool = False):
    path = _FACES / f"NotoSans-{'Bold' if bold else 'Regular'}.ttf"
    return ImageFont.truetype(str(path), size) if path.exists() else ImageFont.load_default(size)


def grain(size, sigma: float, chance: random.Random, *, coarse: int = 1) -> Image.Image:
    """Grey noise around 128; `coarse` pixels share a value, smoothed."""
    small = (max(1, size[0] // coarse), max(1, size[1] // coarse))
    values = bytes(max(0, min(255, round(chance.gauss(128, sigma)))) for _ in range(small[0] * small[1]))
    noise = Image.frombytes("L", small, values)
    return noise.resize(size, Image.Resampling.BICUBIC) if coarse > 1 else noise


def tinted(noise: Image.Image, colour, depth: float) -> Image.Image:
    """A surface of one colour that the noise makes lighter and darker."""
    base = Image.new("RGB", noise.size, colour)
    shade = noise.point([round(128 + (value - 128) * depth) for value in range(256)]).convert("RGB")
    return ImageChops.overlay(base, shade)


def table_top(chance: random.Random) -> Image.Image:
    """A wooden table, seen from above."""
    veins = (
        grain((SIZE[0] // 8, SIZE[1]), 46, chance)
        .resize((SIZE[0] * 2, SIZE[1]), Image.Resampling.BICUBIC)
        .crop((0, 0, *SIZE))
    )
    wood = tinted(veins.filter(ImageFilter.GaussianBlur(1.4)), (142, 101, 66), 0.9)
    draw = ImageDraw.Draw(wood)
    for edge in (190, 455, 690):
        draw.line([(0, edge), (SIZE[0], edge + 6)], fill=(80, 54, 34), width=3)
    return wood


def stamped(card: Image.Image, size: int) -> Image.Image:
    """The card with CONTOH across it, so that nobody takes it for a real one."""
    layer = Image.new("RGBA", card.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    draw.text(
        (card.width / 2, card.height / 2), "CONTOH", font=face(size, bold=True), fill=(190, 30, 40, 120), anchor="mm"
    )
    layer = layer.rotate(18, resample=Image.Resampling.BICUBIC)
    return Image.alpha_composite(card.convert("RGBA"), layer).convert("RGB")


def portrait(draw: ImageDraw.ImageDraw, box) -> None:
    """A plain figure instead of a face."""
    left, top, right, bottom = box
    draw.rectangle(box, fill=(176, 50, 48))
    middle = (left + right) / 2
    draw.ellipse([middle - 44, top + 42, middle + 44, top + 142], fill=(226, 214, 200))
    draw.pieslice([left + 8, top + 150, right - 8, bottom + 130], 180, 360, fill=(236, 232, 226))
    draw.text((middle, bottom - 26), "CONTOH", font=face(24, bold=True), fill=(120, 30, 30), anchor="mm")


def ktp() -> Image.Image:
    """An identity card as the office knows it, with invented words."""
    card = Image.linear_gradient("L").rotate(90).resize((960, 606))
    card = Image.composite(
        Image.new("RGB", card.size, (150, 203, 228)), Image.new("RGB", card.size, (196, 226, 236)), card
    )
    draw = ImageDraw.Draw(card)
    for step in range(0, 1400, 14):
        draw.arc([480 - step, 303 - step, 480 + step, 303 + step], 0, 360, fill=(170, 214, 232), width=1)
    ink = (22, 32, 52)
    draw.text((480, 36), "PROVINSI CONTOH", font=face(32, bold=True), fill=ink, anchor="mm")
    draw.text((480, 74), "KOTA CONTOH", font=face(32, bold=True), fill=ink, anchor="mm")
    draw.text((34, 100), "NIK  :  0000000000000000", font=face(40, bold=True), fill=ink)
    for number, (label, value) in enumerate(KTP_LINES):
        top = 162 + number * 34
        draw.text((34, top), label, font=face(23), fill=ink)
        draw.text((262, top), f": {value}", font=face(23, bold=number == 0), fill=ink)
    portrait(draw, [704, 150, 914, 424])
    draw.text((809, 452), "KOTA CONTOH", font=face(21), fill=ink, anchor="mm")
    draw.text((809, 480), "01-01-2020", font=face(21), fill=ink, anchor="mm")
    draw.line(
        [(744, 540), (770, 510), (786, 552), (812, 506), (836, 548), (880, 520)], fill=ink, width=3, joint="curve"
    )
    return stamped(card, 165)


def kk() -> Image.Image:
    """A family card with three invented people."""
    sheet = Image.new("RGB", (1180, 720), (232, 240, 232))
    draw = ImageDraw.Draw(sheet)
    draw.rectangle([12, 12, 1168, 708], outline=(60, 110, 90), width=3)
    ink = (26, 40, 36)
    draw.text((590, 58), "KARTU KELUARGA", font=face(46, bold=True), fill=ink, anchor="mm")
    draw.text((590, 104), "No. 0000000000000000", font=face(28, bold=True), fill=ink, anchor="mm")
    facts = [("Nama Kepala Keluarga", "BUDI CONTOH"), ("Alamat", "JL. CONTOH NO. 0"), ("RT/RW", "000/000")]
    more = [("Desa/Kelurahan", "CONTOH"), ("Kecamatan", "CONTOH"), ("Kabupaten/Kota", "KOTA CONTOH")]
    for left, rows in ((40, facts), (660, more)):
        for number, (label, value) in enumerate(rows):
            draw.text((left, 146 + number * 30), label, font=face(20), fill=ink)
            draw.text((left + 230, 146 + number * 30), f": {value}", font=face(20), fill=ink)
    top, row_height, rows = 258, 42, 8
    left = 15
    for name, width in KK_COLUMNS:
        draw.rectangle([left, top, left + width, top + row_height * rows], outline=(60, 110, 90), width=2)
        draw.text((left + width / 2, top + row_height / 2), name, font=face(18, bold=True), fill=ink, anchor="mm")
        index = KK_COLUMNS.index((name, width))
        for number, row in enumerate(KK_ROWS):
            middle = top + row_height * (number + 1.5)
            draw.text((left + width / 2, middle), row[index], font=face(17), fill=ink, anchor="mm")
        left += width
    for number in range(1, rows):
        draw.line([(15, top + number * row_height), (1165, top + number * row_height)], fill=(60, 110, 90), width=1)
    draw.text((880, 624), "KEPALA DINAS CONTOH", font=face(20, bold=True), fill=ink, anchor="mm")
    draw.text((880, 680), "(tanpa tanda tangan)", font=face(18), fill=ink, anchor="mm")
    return stamped(sheet, 215)


def quad_coefficients(source, target) -> list[float]:
    """The eight numbers of a perspective transform that shows `source`'s corners at `target`."""
    rows = []
    for (sx, sy), (tx, ty) in zip(source, target, strict=True):
        rows.append([tx, ty, 1, 0, 0, 0, -sx * tx, -sx * ty, sx])
        rows.append([0, 0, 0, tx, ty, 1, -sy * tx, -sy * ty, sy])
    for column in range(8):
        pivot = max(range(column, 8), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [value / rows[column][column] for value in rows[column]]
        for row in range(8):
            if row != column:
                factor = rows[row][column]
                rows[row] = [a - factor * b for a, b in zip(rows[row], rows[column], strict=True)]
    return [row[8] for row in rows]


def photographed(card: Image.Image, corners, chance: random.Random, *, sigma: float = 9) -> Image.Image:
    """The card on the table, a little askew, in the light of a window, with the grain of a phone's camera."""
    scene = table_top(chance)
    flat = [(0, 0), (card.width, 0), (card.width, card.height), (0, card.height)]
    numbers = quad_coefficients(flat, corners)
    laid = card.transform(SIZE, Image.Transform.PERSPECTIVE, numbers, Image.Resampling.BICUBIC)
    mask = Image.new("L", SIZE, 0)
    ImageDraw.Draw(mask).polygon(corners, fill=255)
    shadow = ImageChops.offset(mask, 10, 14).filter(ImageFilter.GaussianBlur(14))
    scene.paste((34, 22, 14), mask=shadow.point([round(value * 0.6) for value in range(256)]))
    scene.paste(laid, mask=mask.filter(ImageFilter.GaussianBlur(0.8)))
    light = Image.radial_gradient("L").resize((2000, 1500)).crop((240, 120, 1520, 920))
    light = light.point([round(255 - value * 0.55) for value in range(256)])
    scene = ImageChops.multiply(scene, light.convert("RGB"))
    return ImageChops.overlay(scene, grain(SIZE, sigma, chance).convert("RGB"))


def sky(chance: random.Random) -> Image.Image:
    """A hazy morning sky with clouds."""
    gradient = Image.linear_gradient("L").resize((SIZE[0], 360))
    blue = Image.composite(
        Image.new("RGB", (SIZE[0], 360), (224, 232, 232)), Image.new("RGB", (SIZE[0], 360), (120, 168, 205)), gradient
    )
    cloud = ImageChops.add(
        grain((SIZE[0], 360), 34, chance, coarse=90), grain((SIZE[0], 360), 26, chance, coarse=30), 2, 0
    )
    mask = cloud.point([max(0, min(255, (value - 122) * 9)) for value in range(256)]).filter(
        ImageFilter.GaussianBlur(6)
    )
    blue.paste((246, 246, 242), mask=mask)
    return blue


def tree(scene: Image.Image, x: int, base: int, height: int, chance: random.Random) -> None:
    """A tree beside the road: a trunk and a heap of leaves."""
    draw = ImageDraw.Draw(scene)
    draw.rectangle([x - height // 26, base - height // 2, x + height // 26, base], fill=(72, 56, 42))
    for _ in range(260):
        angle_x, angle_y = chance.gauss(0, height / 5.5), chance.gauss(0, height / 6.5)
        radius = chance.uniform(height / 40, height / 16)
        green = chance.choice([(46, 78, 40), (58, 94, 46), (72, 110, 54), (38, 62, 36), (92, 128, 66)])
        cx, cy = x + angle_x, base - height * 0.68 + angle_y
        draw.ellipse([cx - radius, cy - radius * 0.8, cx + radius, cy + radius * 0.8], fill=green)


def school(draw: ImageDraw.ImageDraw) -> None:
    """A low building with a red roof and a wall along the road."""
    draw.polygon([(70, 252), (110, 196), (430, 214), (462, 262)], fill=(150, 70, 52))
    draw.polygon([(92, 250), (446, 262), (446, 332), (92, 338)], fill=(222, 212, 188))
    for number in range(6):
        left = 116 + number * 54
        draw.rectangle([left, 272, left + 30, 302], fill=(96, 118, 126), outline=(240, 236, 226), width=3)
    draw.polygon([(0, 322), (520, 338), (520, 366), (0, 396)], fill=(196, 188, 170))
    draw.line([(0, 322), (520, 338)], fill=(160, 150, 132), width=4)


def asphalt(chance: random.Random) -> Image.Image:
    """The road's surface in perspective: coarse near us, fine far away."""
    fine = grain((SIZE[0], 460), 40, chance)
    rough = grain((SIZE[0], 460), 22, chance, coarse=26)
    ground = tinted(ImageChops.add(fine, rough, 2, 0), (104, 103, 101), 1.0)
    far = tinted(grain((SIZE[0], 460), 14, chance), (134, 133, 130), 0.8)
    return Image.composite(ground, far, Image.linear_gradient("L").resize((SIZE[0], 460)))


def pothole(scene: Image.Image, centre, width: int, chance: random.Random, *, wet: bool) -> None:
    """A hole with a broken edge, gravel and, after rain, water that shows the sky."""
    x, y = centre
    height = width * 0.34

    def ring(scale: float, roughness: float):
        turns = [(0.25 * number, 1 + chance.uniform(-roughness, roughness)) for number in range(26)]
        return [
            (x + width / 2 * scale * far * math.cos(angle), y + height / 2 * scale * far * math.sin(angle))
            for angle, far in turns
        ]

    draw = ImageDraw.Draw(scene)
    draw.polygon(ring(1.16, 0.10), fill=(126, 118, 106))
    draw.polygon(ring(1.0, 0.12), fill=(58, 52, 46))
    draw.polygon([(px, py + height * 0.10) for px, py in ring(0.86, 0.10)], fill=(92, 80, 66))
    if wet:
        draw.polygon([(px, py + height * 0.14) for px, py in ring(0.66, 0.10)], fill=(134, 146, 150))
        draw.polygon([(px - width * 0.05, py + height * 0.10) for px, py in ring(0.34, 0.16)], fill=(176, 190, 196))
    for _ in range(width // 3):
        px, py = x + chance.gauss(0, width * 0.42), y + chance.gauss(0, height * 0.5)
        size = chance.uniform(1, max(2.0, width / 70))
        tone = chance.randrange(70, 160)
        draw.ellipse([px - size, py - size * 0.6, px + size, py + size * 0.6], fill=(tone, tone - 4, tone - 10))


def road(chance: random.Random) -> Image.Image:
    """A broken road in front of a school."""
    scene = Image.new("RGB", SIZE)
    scene.paste(sky(chance), (0, 0))
    verge = tinted(grain((SIZE[0], 470), 42, chance, coarse=3), (104, 112, 70), 1.0)
    scene.paste(verge, (0, 330))
    draw = ImageDraw.Draw(scene)
    draw.polygon([(0, 330), (SIZE[0], 330), (SIZE[0], 300), (900, 316), (520, 312), (0, 296)], fill=(112, 132, 108))
    school(draw)
    for x, base, height in (
        (590, 340, 130),
        (690, 338, 90),
        (880, 344, 170),
        (1010, 352, 240),
        (1180, 372, 360),
        (24, 372, 300),
    ):
        tree(scene, x, base, height, chance)
    surface = Image.new("RGB", SIZE)
    surface.paste(asphalt(chance), (0, 340))
    mask = Image.new("L", SIZE, 0)
    ImageDraw.Draw(mask).polygon([(640, 338), (720, 338), (1240, 800), (-120, 800)], fill=255)
    scene.paste(surface, mask=mask.filter(ImageFilter.GaussianBlur(2.5)))
    draw = ImageDraw.Draw(scene)
    for near, far in ((780, 700), (640, 590), (548, 516), (484, 462), (440, 426), (408, 398)):
        place = [(680 - (y - 338) * 0.18, y) for y in (near, far)]
        draw.line(place, fill=(206, 204, 194), width=max(2, (near - 338) // 46))
    holes = [
        ((560, 690), 380, True),
        ((820, 560), 190, True),
        ((610, 500), 120, False),
        ((720, 440), 74, False),
        ((300, 760), 160, False),
    ]
    for centre, width, wet in holes:
        pothole(scene, centre, width, chance, wet=wet)
    draw.line([(1006, 60), (1006, 356)], fill=(70, 70, 72), width=8)
    for sag in (86, 104):
        draw.arc([320, sag - 300, 1700, sag + 40], 60, 150, fill=(60, 60, 62), width=2)
    scene = scene.filter(ImageFilter.GaussianBlur(0.7))
    scene = ImageChops.overlay(scene, grain(SIZE, 11, chance).convert("RGB"))
    light = Image.radial_gradient("L").resize((2200, 1700)).crop((460, 300, 1740, 1100))
    return ImageChops.multiply(scene, light.point([round(255 - value * 0.35) for value in range(256)]).convert("RGB"))


def degrees(value: float):
    """A coordinate as EXIF writes it."""
    value = abs(value)
    whole, minutes = int(value), int(value * 60 % 60)
    return (float(whole), float(minutes), round(value * 3600 % 60, 2))


def with_position(image: Image.Image) -> Image.Exif:
    """EXIF as a phone writes it: when, by what, where."""
    exif = image.getexif()
    exif[0x010F], exif[0x0110] = "Contoh", "Telepon Contoh"
    exif.get_ifd(0x8769)[0x9003] = "2026:11:23 07:42:10"
    latitude, longitude = ROAD_AT
    exif.get_ifd(0x8825).update({1: "S" if latitude < 0 else "N", 2: degrees(latitude), 3: "E", 4: degrees(longitude)})
    return exif


def sticker() -> Image.Image:
    """A smiling sun on nothing."""
    image = Image.new("RGBA", (1024, 1024), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    for number in range(12):
        angle = number * 0.5236
        points = [
            (512 + r * math.cos(angle + turn), 512 + r * math.sin(angle + turn))
            for r, turn in ((340, -0.13), (490, 0), (340, 0.13))
        ]
        draw.polygon(points, fill=(232, 160, 52, 255))
    draw.ellipse([182, 182, 842, 842], fill=(246, 196, 84, 255), outline=(214, 140, 40, 255), width=14)
    for x in (400, 624):
        draw.ellipse([x - 34, 400, x + 34, 480], fill=(84, 52, 24, 255))
    draw.arc([346, 400, 678, 690], 25, 155, fill=(84, 52, 24, 255), width=26)
    return image.resize((512, 512), Image.Resampling.LANCZOS)


def spoken(target: Path) -> None:
    """The spoken note, OGG/Opus, if the two programs are here."""
    if not (shutil.which("espeak-ng") and shutil.which("opusenc")):
        return
    with tempfile.TemporaryDirectory() as folder:
        wave = Path(folder) / "note.wav"
        subprocess.run(["espeak-ng", "-v", "id", "-s", "150", "-w", str(wave), SPOKEN], check=True)
        subprocess.run(
            ["opusenc", "--quiet", "--bitrate", "16", "--speech", "--discard-comments", str(wave), str(target)],
            check=True,
        )


def main() -> None:
    chance = random.Random(20261123)
    card = photographed(ktp(), [(168, 118), (1108, 84), (1146, 690), (140, 726)], chance)
    card.save(FOLDER / "contoh-ktp.jpg", quality=80)
    sheet = photographed(kk(), [(60, 60), (1216, 44), (1244, 756), (38, 770)], chance)
    sheet.save(FOLDER / "contoh-kk.jpg", quality=78)
    picture = road(chance)
    picture.save(FOLDER / "contoh-jalan.jpg", quality=78, exif=with_position(picture))
    dark = ImageEnhance.Brightness(card).enhance(0.10)
    dark.save(FOLDER / "contoh-ktp-gelap.jpg", quality=85)
    blurred = ImageChops.overlay(card.filter(ImageFilter.GaussianBlur(13)), grain(SIZE, 2, chance).convert("RGB"))
    blurred.save(FOLDER / "contoh-ktp-buram.jpg", quality=80)
    sticker().save(FOLDER / "contoh-stiker.webp", quality=80)
    spoken(FOLDER / "contoh-suara.ogg")


if __name__ == "__main__":
    main()
