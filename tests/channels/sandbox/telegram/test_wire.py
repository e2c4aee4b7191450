"""The wire: every kind of body means the same call, and what's no Bot API call is refused as Telegram refuses it."""

from __future__ import annotations

import io
import json

import aiohttp
import pytest

from channels.sandbox.telegram import Fault, serve
from channels.sandbox.telegram.wire import BODY_LIMIT_BYTES, arguments_of
from tests.channels.sandbox.telegram.scene import TOKEN, picture, scene


@pytest.fixture
def office():
    return scene()


@pytest.fixture
async def api(office):
    """POST a body to a method and return status and JSON."""
    async with serve(office.world, office.clock) as server, aiohttp.ClientSession() as http:

        async def post(path, **body):
            async with http.post(f"{server.url}{path}", **body) as response:
                return response.status, await response.json(content_type=None)

        post.http, post.url = http, server.url
        yield post


KEYS = {"inline_keyboard": [[{"text": "Ya", "callback_data": "ya"}]]}


@pytest.mark.parametrize("kind", ["form", "json", "json text", "query", "multipart"])
async def test_a_call_means_the_same_in_every_body(api, office, kind):
    chat = office.sari.id
    text = "halo & <salam>"
    fields = {"chat_id": str(chat), "text": text, "reply_markup": json.dumps(KEYS)}
    parts = aiohttp.FormData(fields, default_to_multipart=True)
    body = {
        "form": {"data": fields},
        "json": {"json": {"chat_id": chat, "text": text, "reply_markup": KEYS, "message_thread_id": None}},
        "json text": {"json": {"chat_id": str(chat), "text": text, "reply_markup": json.dumps(KEYS)}},
        "query": {"params": fields},
        "multipart": {"data": parts},
    }[kind]
    status, answer = await api(f"/bot{TOKEN}/sendMessage", **body)
    assert (status, answer["ok"], answer["result"]["text"]) == (200, True, text)
    assert answer["result"]["reply_markup"] == KEYS
    assert office.world.calls[-1].params == {"chat_id": chat, "text": text, "reply_markup": KEYS}


async def test_chunked_multipart_carries_binary_files_untouched(api, office):
    data = bytes(range(256)) * 50 + b"\r\n--\r\n\r\n"

    async def slowly(writer):
        class Chunks:
            parts: list[bytes] = []

            async def write(self, part):
                self.parts.append(bytes(part))

        chunks = Chunks()
        await writer.write(chunks)
        for part in chunks.parts:
            yield part

    form = aiohttp.FormData({"chat_id": str(office.sari.id), "document": "attach://berkas"}, default_to_multipart=True)
    form.add_field("berkas", data, filename="a.bin", content_type="application/octet-stream")
    writer = form()
    status, answer = await api(
        f"/bot{TOKEN}/sendDocument", data=slowly(writer), headers={"content-type": writer.headers["Content-Type"]}
    )
    assert status == 200, answer
    assert office.world.calls[-1].files["berkas"].content == data
    link = office.ask("getFile", file_id=answer["result"]["document"]["file_id"])["file_path"]
    async with api.http.get(f"{api.url}/file/bot{TOKEN}/{link}") as response:
        assert await response.read() == data


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        (f"/bot{TOKEN}/getMe", 200, None),
        (f"/bot{TOKEN}/GETME", 200, None),
        (f"/bot{TOKEN}/getMeNot", 404, "Not Found: method not found"),
        ("/bot999:lain/getMe", 401, "Unauthorized"),
        ("/botbukan-token/getMe", 404, "Not Found"),
        ("/", 404, "Not Found"),
        (f"/file/bot{TOKEN}/photos/file_0.jpg", 404, "Not Found"),
    ],
)
async def test_paths_lead_where_telegrams_lead(api, path, status, words):
    got, answer = await api(path)
    assert (got, answer.get("description")) == (status, words)


async def test_broken_bodies_are_refused(api):
    headers = {"content-type": "application/json"}
    assert (await api(f"/bot{TOKEN}/sendMessage", data="{", headers=headers))[0] == 400
    assert (await api(f"/bot{TOKEN}/sendMessage", data="[1]", headers=headers))[0] == 400
    multipart = {"content-type": "multipart/form-data; boundary=x"}
    assert (await api(f"/bot{TOKEN}/sendMessage", data="--x\r\nkaput", headers=multipart))[0] == 400
    status, answer = await api(f"/bot{TOKEN}/sendMessage")
    assert (status, answer["description"]) == (400, "Bad Request: message text is empty")


async def test_a_body_beyond_every_limit_is_refused_by_the_proxy(api):
    async with api.http.post(
        f"{api.url}/bot{TOKEN}/sendDocument", data=io.BytesIO(bytes(BODY_LIMIT_BYTES + 1))
    ) as response:
        assert (response.status, response.content_type) == (413, "text/html")


async def test_flood_control_also_speaks_in_a_header(api, office):
    office.world.faults.add(Fault("429", retry_after_s=9))
    async with api.http.post(f"{api.url}/bot{TOKEN}/getMe") as response:
        assert (response.status, response.headers["retry-after"]) == (429, "9")


async def test_links_to_files_expire_after_an_hour(api, office):
    sent = office.people.send_photo(office.sari, office.private, picture())
    (update,) = office.told()
    path = office.ask("getFile", file_id=update["message"]["photo"][-1]["file_id"])["file_path"]
    for after_s, status in ((3599, 200), (2, 404)):
        office.clock.advance(after_s)
        async with api.http.get(f"{api.url}/file/bot{TOKEN}/{path}") as response:
            assert response.status == status
    assert sent.content["photo"][-1]["$file"].unique_id not in path


def test_a_multipart_part_without_a_file_name_is_a_parameter():
    body = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nbaris 1\r\nbaris 2\r\n--x--\r\n'
    got = arguments_of("chat_id=7", 'multipart/form-data; boundary="x"', body)
    assert (got.params, got.files) == ({"chat_id": "7", "text": "baris 1\r\nbaris 2"}, {})
