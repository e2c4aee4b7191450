"""What opening messages want: lines as people really write them, and what is understood."""

from __future__ import annotations

import pytest

from workflow.heard import intent

SAID = {
    "complaint": """
        assalamualaikum, jalan depan SD rusak parah
        min lampu jalan di gg mawar rt 3 rw 2 mati sdh 2 minggu gelap bgt
        lampu jalan mati
        LAMPU PJU MATI TOTAL SUDAH SEBULAN TIDAK ADA YANG PEDULI
        jln berlubang dpn pasar, kmrn ada yg jatuh
        Selamat pagi. Saya ingin melaporkan tumpukan sampah di Jalan Mawar yang sudah seminggu tidak diangkut.
        sampah numpuk di pinggir sungai bau bgt
        got mampet tiap hujan banjir di gang kami
        tiap hujan air meluap masuk gang, mohon diperbaiki
        pelayanan di loket lama sekali, petugas judes
        petugas loket kasar dan membentak ibu saya
        tetangga nyetel musik keras bgt smp malam mengganggu
        sound horeg tiap malam meresahkan warga
        balap liar di jalan raya depan kecamatan tiap malam minggu
        bansos dipotong sama rt
        saya tidak pernah dapat bansos padahal janda
        BLT saya belum cair dari bulan kemarin
        kenapa bantuan cuma buat yg kaya, saya tidak dapat bantuan
        tanah saya diserobot tetangga
        pohon tumbang menutup jalan di depan balai desa
        jembatan desa ambruk warga tidak bisa lewat
        air pdam mati sudah 3 hari
        air tidak keluar dari kemarin bu
        selokan tersumbat sampah rt 5 rw 1
        ktp saya belum jadi jadi sudah 6 bulan, dipersulit terus
        kapan jalan depan SD diperbaiki?
        dalane bolong kabeh min, durung didandani
        lampune peteng mati wis suwe
        jhalan rosak neng disah
        luu liu di pinggir jalan, nunas tulung bersihkan
        titiang nunas tulung, margi ring banjar kelod benyah
        makasih sblmnya, tapi lampu depan rumah saya mati lagi sudah seminggu
        rawan kecelakaan di tikungan karena lampu mati
        jalan ini sering bikin kecelakaan, lubang besar
        asap pabrik tiap malam bau menyengat
        tetangga bakar sampah tiap sore asap masuk rumah
        anjing liar banyak di perumahan, bahaya utk anak2
        ada pungli di kantor desa waktu urus surat
        petugas minta uang 50rb buat KK
        dana desa dikorupsi kades
        trotoar dipakai pkl, pejalan kaki susah
        parkir liar depan pasar bikin macet, tolong ditertibkan
        sudah 3x saya lapor jalan rusak tidak digubris
        listrik mati terus di dusun kami
        kabel menjuntai di depan sekolah, bahaya
        pagar tetangga menutup jalan gang
        lubang besar di tengah jalan, bahaya kalau malam
        Kepada Yth. Camat, dengan ini kami mengadukan kondisi drainase yang rusak di lingkungan RW 04.
        sy mau lapor lampu jalan mati di dpn masjid al ikhlas
        limbah ternak dibuang ke sungai, airnya bau
        nyamuk banyak, got tidak pernah dibersihkan
        knp lampu taman gak nyala ya min
        antri dr pagi blm dilayani, loket kosong
        warung remang2 buka sampai malam, warga resah
        jalan desa becek kalau hujan, mohon segera diaspal
        truk pasir lewat tiap hari jalan jadi hancur
        plafon puskesmas bocor
        pak tolong itu tiang listrik di gang melati mau roboh
        warga kami keluhkan debu proyek yang mengganggu pernapasan
        di rt 7 kok gak pernah di fogging, banyak yang kena dbd
        disuruh bolak balik terus urus KK, capek
        parit di depan rumah penuh lumpur
        bantuan beras saya gak dapet bulan ini
        lampune gang peteng, tulung dibenakno
        got e mampet mas, banyune mbludak nang dalan
        aeng tak ngaleh tello are
        jalan ke sawah longsor, petani susah lewat
        tetangga bangun rumah nutup saluran air
        ada yang mabuk2an di pos kamling tiap malam
        kemalingan terus di perumahan kami, tolong ditindak
    """,
    "announcement": """
        mau lapor
        mau lapor pak
        min mau lapor
        saya mau mengadu
        sy ingin menyampaikan pengaduan
        bisa lapor disini?
        lapor
        mau komplain
        ada keluhan min
    """,
    "question": """
        syarat KTP hilang apa?
        syarat buat KK baru apa saja
        mau tanya, jam berapa kantor buka?
        gimana cara lapor
        bagaimana cara mengurus surat pindah
        buka jam brp min
        hari sabtu buka tidak?
        mau buat KK baru, bawa apa saja
        KTP saya hilang, apa saja syaratnya
        biaya urus akta kelahiran berapa
        apakah bisa bikin SKTM online?
        apakah perekaman ktp hari ini buka?
        di mana kantor kecamatan?
        berapa lama cetak KTP
        numpang tanya kak, kalau pindah domisili syaratnya apa
        kapan ada pencairan bansos?
        ngurus ktp bisa diwakilkan?
        mau tanya dispensasi nikah prosedurnya gimana
        nomor telepon kantor berapa
        cara mengurus surat keterangan tidak mampu
        alamat kantor dimana?
        min bisa cetak ktp di kecamatan gak?
        bayar pbb dimana
        apakah kecamatan buka hari sabtu
        kapan jadwal perekaman ktp keliling
        ktp hilang harus gimana?
    """,
    "status_check": """
        status laporan saya
        laporan saya kemarin gimana?
        gimana laporan saya
        laporan saya sudah sampai mana ya
        pengaduan saya kok belum ada kabar
        sudah diproses belum laporan saya?
        kapan laporan saya ditindaklanjuti
        yang saya laporkan kemarin gimana kelanjutannya
        udah seminggu laporan saya belum ada tanggapan
        mau nanya progres pengaduan saya
        cek laporan KNG-2026-0012
    """,
    "emergency": """
        kebakaran di pasar tolong cepat
        tolong ada kebakaran rumah di jalan mawar sekarang
        banjir masuk rumah sekarang tolong
        ada kecelakaan di depan kantor, korban pingsan
        anak tenggelam di sungai tolong
        ada orang mau bunuh diri
        saya ingin mati saja
        TOLONG KEBAKARAN RUMAH TETANGGA SAYA
        warga terjebak banjir di atap rumah
        orang kesetrum di depan ruko cepat tolong
        butuh ambulans di jalan slamet riyadi
        ada mayat di sungai
        tawuran di depan sekolah sekarang
        rumah saya dirampok
        longsor menimpa rumah, ada yang tertimbun
    """,
    "violence_report": """
        suami saya memukuli saya
        saya korban KDRT
        anak tetangga dipukuli bapaknya tiap malam
        saya dilecehkan atasan
        anak saya dicabuli
        istri disiksa suaminya di sebelah rumah saya
        ada pelecehan seksual di sekolah
        saya diancam dibunuh suami
    """,
    "thanks": """
        makasih ya pak
        terima kasih banyak
        terima kasih, lampunya sudah nyala
        matur nuwun
        suksma
        mator sakalangkong
        tq min
        alhamdulillah sudah diperbaiki, terima kasih
    """,
    "greeting": """
        assalamualaikum
        halo selamat pagi
        selamat siang pak
        Om Swastyastu
        assalamu'alaikum wr wb
        permisi
    """,
    "human_request": """
        saya mau bicara dengan petugas
        bisa bicara sama orang?
        hubungkan saya dengan petugas
        mau ketemu camat
        saya tidak mau bot, mau bicara langsung
    """,
    "privacy_request": """
        tolong hapus data saya
        saya minta salinan data pribadi saya
        hapus foto ktp saya
    """,
    "suggestion": """
        saran saya sebaiknya ada loket khusus lansia
        usul saya taman diberi bangku
        mau usul pak, tolong diadakan pasar malam
    """,
    "spam": """
        slot gacor maxwin http://x.co
        pinjaman online cepat cair klik link www.abc.com
        promo jasa seo murah
        selamat anda pemenang undian hadiah mobil
    """,
    "out_of_scope": """
        cuaca hari ini gimana
        siapa presiden sekarang
        kasih resep rendang dong
    """,
    "unclear": """
        lampu
        hmm
        gak jadi
        di depan sd
        pak
        12345
        iya
        foto
    """,
}
CASES = [(line.strip(), wanted) for wanted, lines in SAID.items() for line in lines.strip().splitlines()]


@pytest.mark.parametrize(("said", "understood"), CASES)
def test_an_opening_message_is_understood(said, understood):
    guess = intent.guess(said)
    assert guess.intent == understood, guess.points


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("lampu jalan mati di gang mawar", "pju"),
        ("jalan berlubang depan SD", "jalan"),
        ("sampah menumpuk di pasar", "sampah"),
        ("got mampet, banjir tiap hujan", "banjir"),
        ("bansos tidak tepat sasaran", "bansos"),
        ("musik keras sampai malam, berisik", "kebisingan"),
        ("tanah saya diserobot tetangga", "tanah"),
        ("petugas loket judes, pelayanan lambat", "pelayanan"),
        ("ada pungli waktu urus KTP, petugas minta uang", "pungli"),
        ("ktp saya belum jadi", "ktp"),
        ("hmm", ""),
    ],
)
def test_a_topic_is_suggested(said, topic):
    assert intent.guess(said).topic == topic


@pytest.mark.parametrize(
    ("said", "confidential"),
    [
        ("ada pungli di kantor desa", True),
        ("petugas minta uang pelicin", True),
        ("bansos dipotong ketua rt", True),
        ("dana desa dikorupsi", True),
        ("jalan rusak", False),
        ("biaya urus KTP berapa", False),
    ],
)
def test_bribes_make_a_report_confidential(said, confidential):
    assert intent.guess(said).confidential is confidential


@pytest.mark.parametrize(
    "said",
    [
        "saya diminta uang 150 ribu waktu urus surat di kantor kecamatan, katanya biaya cepat",
        "apa benar urus KK harus bayar? saya diminta duit 200rb sama petugasnya",
        "kenapa saya dimintai biaya padahal katanya gratis?",
    ],
)
def test_a_question_about_a_bribe_is_a_report_and_never_a_card_in_the_group(said):
    assert (intent.guess(said).confidential, intent.guess(said).intent) == (True, "complaint")


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("kebakaran rumah tolong cepat", "fire"),
        ("kecelakaan motor, korban pingsan", "ambulance"),
        ("anak tenggelam di sungai", "rescue"),
        ("rumah saya dirampok", "police"),
        ("saya ingin mati saja", "suicide"),
        ("tolong ada yang kesetrum", "power"),
    ],
)
def test_an_emergency_names_whose_numbers_come_first(said, kind):
    assert kind in intent.guess(said).emergency


@pytest.mark.parametrize(
    "said",
    [
        "tikungan ini rawan kecelakaan",
        "bekas kebakaran belum dibersihkan",
        "tiap hujan banjir",
        "jalan rusak, sering ada kecelakaan",
        "kemarin kebakaran, sekarang puingnya berserakan di jalan",
        "lampu mati, takut ada begal",
    ],
)
def test_a_routine_report_is_no_emergency(said):
    assert intent.guess(said).intent == "complaint"


def test_shouting_and_scorn_are_heard():
    assert intent.guess("LAMPU JALAN MATI SUDAH SEBULAN TIDAK ADA YANG PEDULI").angry
    assert intent.guess("percuma lapor, kerja apa saja kalian").angry
    assert not intent.guess("lampu jalan mati").angry


def test_a_guess_is_the_same_every_time_and_takes_any_text():
    for text in ["", " ", "?", "🙂", "\n\n", "x" * 5000, "ﷺ", "1 2 3"]:
        assert intent.guess(text) == intent.guess(text)
