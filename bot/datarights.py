"""What people ask of their own data in a chat: a copy (DATA SAYA), or that it be erased (HAPUS DATA SAYA). Pure.

A wish is known by all of its words: "data saya salah" is a complaint, "hapus data saya dong pak" a wish. Erasing is
asked for twice, once by them and once by us.
"""

from __future__ import annotations

import re
from dataclasses import replace

from rapidfuzz.distance import OSA

from bot.questions import plainly
from bot.turns import Context, Effect, State, Turn, reply

#: The wishes as commands, and what the dialogue then waits for.
WISHES = ("data_copy", "data_erase")
QUESTION = "erase"

_DATA, _OWN = ("data", "datanya", "dataku", "datasaya"), ("saya", "sy", "aku", "ku", "kami", "gue", "my")
_ERASE = (
    "hapus",
    "apus",
    "hapuskan",
    "hapuslah",
    "dihapus",
    "menghapus",
    "delete",
    "erase",
    "remove",
    "erased",
    "deleted",
)
#: Words that such a wish is dressed in.
_DRESS = frozenset(
    re.findall(
        r"\w+",
        "saya sy aku kami mau ingin pengen minta meminta mohon tolong kirim kirimkan kasih beri lihat liat melihat "
        "dapat salinan salinannya kopi copy fotokopi unduh semua semuanya seluruh seluruhnya pribadi diri milik "
        "tentang dari sini sistem layanan ini yang ada disimpan bisa boleh apa pak bu min kak mas mbak admin dong ya "
        "agar supaya untuk i want to see get give send me a of the please pls can have would like all personal you "
        "keep about",
    )
)
_MOST = 12


def wish(plain: str) -> tuple[str, str] | None:
    """A wish about one's own data, as a command; ``plain`` is in lower case."""
    words = re.findall(r"[^\W_]+", plain)
    if len(words) > _MOST:
        return None
    erase = any(_near(word, _ERASE) for word in words)
    rest = [word for word in words if word not in _DRESS and not _near(word, _ERASE)]
    place = next((n for n, word in enumerate(words) if _near(word, _DATA)), None)
    if place is None or any(not _near(word, _DATA + _OWN) for word in rest):
        return None
    own = "my" in words[:place] or _near(words[place], ("dataku", "datasaya"))
    own = own or any(_near(word, _OWN) for word in words[place + 1 :])
    if not own and not erase:
        return None  # "saya minta data": whose?
    return ("data_erase" if erase else "data_copy"), ""


def _near(word: str, known: tuple[str, ...]) -> bool:
    """The word, or the word with one letter doubled, missed or swapped; another letter makes another word ("dada")."""
    if word in known:
        return True
    return any(
        len(one) > 3 and OSA.distance(word, one) == 1 and (len(word) != len(one) or sorted(word) == sorted(one))
        for one in known
    )


def asked(state: State, name: str, context: Context) -> Turn:
    """The copy is asked for at once; erasing only after one more question, which says what becomes of the data."""
    state = replace(state, welcomed=True)
    if name == "data_copy":
        return Turn(state, (Effect("data", value="copy"),))
    if not context.erasable:
        return Turn(state, (Effect("data", value="erase"),))
    return Turn(replace(state, expecting=QUESTION, to_ask=()), (Effect("data", value="sure"),))


def answered(state: State, text: str) -> tuple[Turn | None, State]:
    """What was said to that question, if it was asked: nothing but a plain yes erases anything, and it waits once."""
    if state.expecting != QUESTION:
        return None, state
    after, said = replace(state, expecting=""), plainly(text)
    effects = {"yes": Effect("data", value="erase"), "no": reply("data_kept")}
    return (Turn(after, (effects[said],)) if said else None), after
