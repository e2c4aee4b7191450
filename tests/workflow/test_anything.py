"""Whatever a citizen and the world do, in any order: the talk never breaks and no word or file is lost."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.limits import LIMITS
from tests.workflow.talk import Player, office
from workflow.happening import Delivery, FileFailed, FileReady, GistTyped, QuestionBecomesComplaint
from workflow.message import Attachment, Contact, Location, Presence, Sender

WORDS = """
    assalamualaikum|P|halo|jalan depan SD rusak parah|lampu jalan mati di RT 5|eh salah, RT 3|nama saya Sari Contoh, alamat Jl. Mawar 3
    ya|iya|tidak|ubah|ubah isi laporan|nanti|nanti semua|tidak ada|ga punya, hilang|pakai|status|batal|ulang|mulai baru|petugas|bantuan
    privasi|sudah|belum|setuju|tidak setuju|lanjut|lanjut 7K3F|laporan baru|tambahan|1 ktp 2 kk 3 lokasi|ktp kk lokasi|ktp|1|2|3
    syarat KTP hilang apa?|untuk apa KK?|terima kasih|sebentar|udah dikirim|kebakaran di pasar tolong|suami saya memukuli saya|petugas minta uang
    pak camat minta uang|slot gacor|lampu|hmm|yang dekat warung bu haji|sampah menumpuk di pasar|masih rusak|orang lain|status KNG-2026-0001|/start
    loket|ke kantor|UBAH alamat: Jl. Melati 4|di depan pasar|Nama: Budi Contoh Alamat: -|Selamat siang, berikut lampirannya|YA. Terima kasih.
    /batal|/xyz|saran saya taman diberi bangku|hapus data saya|3574010101900001|Sari Contoh|kk nyusul|cabut laporan|tidak tahu|🙂|?
"""
KNOWN = [word.strip() for line in WORDS.strip().splitlines() for word in line.split("|")]
KNOWN += [
    "Nama: Budi Contoh\nAlamat: Jl. Mawar 3\nKK menyusul\n\nTerima kasih",
    "Kerugian: TIDAK ADA\nNama:\nAlamat: NANTI",
    "YA\n\nHormat saya,\nBudi Contoh",
]
KINDS = ("photo", "document", "voice", "audio", "video")
FATES = ("", "dark", "blurred", "same", "too_big", "broken")

texts = st.sampled_from(KNOWN) | st.text(max_size=60)
steps = st.one_of(
    st.tuples(st.just("say"), texts),
    st.tuples(st.just("say"), texts),
    st.tuples(st.just("file"), st.sampled_from(KINDS), st.sampled_from(FATES), st.sampled_from(["", "a1", "a2"]), st.sampled_from(["", "ini ktp", "jalan rusak", "KTP, KK, lokasi", "halo", "berikut lampirannya"])),
    st.tuples(st.just("press"), st.integers(min_value=0, max_value=400)),
    st.tuples(st.just("pin"), st.booleans()),
    st.tuples(st.just("edit"), st.integers(min_value=0, max_value=30), texts),
    st.tuples(st.just("again"), st.integers(min_value=0, max_value=30)),
    st.tuples(st.just("arrive"), st.booleans()),
    st.tuples(st.just("wait"), st.sampled_from([1, 60, 7200, 90000, 90000 * 15])),
    st.tuples(st.just("odd"), st.sampled_from(["sticker", "poll", "contact", "blocked", "group"])),
    st.tuples(st.just("desk"), st.sampled_from(["gist", "turn", "answered", "waiting", "delivery"])),
)  # fmt: skip


class Anything(Player):
    """A player that does what it's told at random, and watches that nothing gets lost."""

    def __post_init__(self):
        super().__post_init__()
        self.wait_for_files = True
        self.said: list[tuple[str, str]] = []

    def do(self, step) -> None:
        getattr(self, f"do_{step[0]}")(*step[1:])

    def do_say(self, text):
        before = self.draft.code if self.telling else ""
        self.say(text)
        if not before or not self.was_dropped(before):
            self.check_words(text)

    def check_words(self, text):
        if not text.strip() or self.conversation.extra.get("lately", "").startswith("outside"):
            return  # what goes on with a report about the head of the office is kept nowhere
        assert any(each.message == self.last_id for each in self.sayings()), f"{text!r} was lost"

    def was_dropped(self, code):
        """Whether the draft of that code was cancelled, begun anew or forgotten: then its words go with it."""
        return not (self.telling and self.draft.code == code) and all(c.code != code for c in self.complaints.values())

    def sayings(self):
        talk = self.conversation
        draft = talk.draft.sayings if talk and talk.draft else ()
        outside = talk.sayings if talk else ()
        return [*draft, *outside, *(each for c in self.complaints.values() for each in c.sayings)]

    def files(self):
        talk = self.conversation
        draft = talk.draft.papers if talk and talk.draft else ()
        outside = talk.papers if talk else ()
        return [each.file for each in [*draft, *outside, *(p for c in self.complaints.values() for p in c.papers)]]

    def do_file(self, kind, fate, album, caption):
        ref = f"ref-{next(self.messages)}" + (f"-{fate}" if fate else "")
        before = len(self.files())
        self.say(caption, attachments=(Attachment(kind=kind, ref=ref),), album=album)
        assert len(self.files()) == before + 1, "a file was lost"
        self.check_words(caption)

    def do_press(self, which):
        data = [choice.data for out in self.sent for row in out.choices for choice in row if choice.data]
        if data:
            chosen = data[-1 - which % len(data)]
            assert self.push(chosen)[-1].kind == "press"

    def do_pin(self, live):
        self.say(location=Location(latitude=-7.5, longitude=113.0, live=live))

    def do_edit(self, which, text):
        if self.said_ids():
            self.say(text, id=self.said_ids()[which % len(self.said_ids())], edited=True)

    def do_again(self, which):
        ids = self.said_ids()
        if ids:
            before = self.conversation
            assert self.say("apa pun", id=ids[which % len(ids)]) == []
            assert self.conversation == before

    def said_ids(self):
        return list(self.conversation.recent[-20:]) if self.conversation else []

    def do_arrive(self, last_first):
        if self.waiting:
            self.feed(self.waiting.pop(-1 if last_first else 0))

    def do_wait(self, seconds):
        self.pass_time(seconds=seconds)

    def do_odd(self, what):
        if what == "sticker":
            self.say(attachments=(Attachment(kind="sticker", ref="s"),))
        elif what == "poll":
            self.say(unsupported="poll")
        elif what == "contact":
            self.say(contact=Contact(phone="+62812", name="Budi"))
        elif what == "group":
            self.say("halo", private=False)
        else:
            self.feed(Presence(chat=self.chat, sender=Sender(id="501"), at=self.now, blocked=True))

    def do_desk(self, what):
        voices = [p.file for c in self.complaints.values() for p in c.papers if p.sort == "voice"]
        if self.telling:
            voices += [p.file for p in self.draft.papers if p.sort == "voice"]
        asked = self.conversation.questions if self.conversation else ()
        if what == "gist" and voices:
            self.feed(GistTyped(chat=self.chat, at=self.now, file=voices[-1], text="lampu mati", by="staff:1"))
        elif what == "turn" and asked:
            self.feed(QuestionBecomesComplaint(chat=self.chat, at=self.now, question=asked[-1].id, text=asked[-1].text))
        elif what == "answered" and self.complaints and self.complaint.closed_at is None:
            self.answer_complaint()
        elif what == "delivery":
            self.feed(Delivery(chat=self.chat, at=self.now, key="k", state="sent"))


@given(
    st.lists(steps, max_size=25),
    st.sampled_from(["kanigaran", "pekutatan", "kedopok", "pegantenan", "dpmd-pasuruan"]),
    st.sampled_from(["telegram", "whatsapp", "sms", "email"]),
)
@settings(max_examples=300)
def test_nothing_breaks_and_nothing_is_lost(story, name, channel):
    game = Anything(office=office(name), channel=channel, limits=replace(LIMITS[channel], replies_per_day=0))
    kept_words: dict[str, None] = {}
    kept_files: dict[str, None] = {}
    for step in story:
        before = game.draft.code if game.telling else ""
        game.do(step)
        game.now += timedelta(seconds=3)
        if before and game.was_dropped(before):
            kept_words.clear()
            kept_files.clear()
        for each in game.sayings():
            kept_words[each.message] = None
        for file in game.files():
            kept_files[file] = None
        assert set(kept_words) <= {each.message for each in game.sayings()}
        assert set(kept_files) <= set(game.files())
    assert "3574010101900001" not in str(game.conversation)
    assert all(out.text or out.kind == "press" for out in game.sent)


@given(st.lists(st.sampled_from(["kk", "ktp", "lokasi", "nanti", "ya", "jalan rusak depan SD", "sudah"]), max_size=12))
def test_a_file_on_its_way_at_the_yes_arrives_in_the_complaint(story):
    game = Anything()
    game.say("lampu jalan mati di gang mawar")
    for word in story:
        if word in ("kk", "ktp", "lokasi"):
            game.photo(word)
        else:
            game.say(word)
    while game.waiting:
        event = game.waiting.pop()
        assert isinstance(event, FileReady | FileFailed)
        game.feed(event)
    papers = [p for c in game.complaints.values() for p in c.papers]
    papers += list(game.draft.papers) if game.telling else []
    assert all(paper.state == "ready" for paper in papers)
