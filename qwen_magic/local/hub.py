"""The process that fetches weights from the Hub, with `huggingface_hub` and its cache.

`python -m qwen_magic.local.hub` reads its order from standard input, one line of JSON, and tells in
another what it would fetch. It goes on once it is told to, and ends with whoever started it: so a
download can be stopped at any moment, and is resumed by the next.
"""

from __future__ import annotations

import json
import os
import sys
from hashlib import file_digest
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import Any

from qwen_magic.local.machine import free_disk

__all__ = ["file_of", "main"]

_USUAL = ("q4_k_m", "q8_0", "")
_PAUSE = 0.2  # seconds between two words on the progress
_SPARE = 100_000_000
_PART = "-00001-of-"


def main() -> None:
    """Fetch what is ordered."""
    order = json.loads(sys.stdin.readline())
    try:
        _fetch(str(order["repo"]), str(order["file"]))
    except Exception as error:  # noqa: BLE001 - whatever it was, the kernel tells it
        _say(error=f"{type(error).__name__}: {error}")


def file_of(names: list[str], wanted: str) -> str:
    """Return the file of a repository that is wanted, by its name or its quantisation.

    Raises:
        FileNotFoundError: There is none.
    """
    models = sorted(name for name in names if _is_model(name))
    if wanted in models:
        return wanted
    for word in [wanted.lower()] if wanted else _USUAL:
        for name in models:
            if word in name.rpartition("/")[2].lower():
                return name
    raise FileNotFoundError(f"{wanted or 'GGUF'} among {', '.join(models) or 'no GGUF file'}")


def _is_model(name: str) -> bool:
    last = name.rpartition("/")[2].lower()
    is_later_part = "-of-" in last and _PART not in last
    return last.endswith(".gguf") and not last.startswith("mmproj") and not is_later_part


def _fetch(repo: str, wanted: str) -> None:
    from huggingface_hub import constants

    cache = Path(constants.HF_HUB_CACHE)
    if (known := _cached(cache, repo, wanted)) is not None:
        _say(path=str(known))
        return
    from huggingface_hub import HfApi, get_hf_file_metadata, hf_hub_download, hf_hub_url

    names = [wanted] if wanted.endswith(".gguf") else HfApi().list_repo_files(repo)
    name = file_of(names, wanted)
    parts = [name] if _PART not in name else _parts(name, HfApi().list_repo_files(repo))
    sizes = [get_hf_file_metadata(hf_hub_url(repo, part)).size or 0 for part in parts]
    free = free_disk(cache)
    _say(file=name, size=sum(sizes), host=constants.ENDPOINT.partition("//")[2], free=free)
    if sys.stdin.readline() != "go\n":
        return
    Thread(target=_end_with_kernel, daemon=True).start()
    before, paths = 0, []
    for part, size in zip(parts, sizes, strict=True):
        _bring(cache, repo, part, _bar(before, sum(sizes)))
        paths.append(hf_hub_download(repo, part))
        before += size
    _say(path=paths[0])


def _bring(cache: Path, repo: str, name: str, bar: type) -> None:
    """Put a file's bytes where the cache keeps them; those of an earlier attempt count.

    `hf_hub_download` itself goes on after a cut, but begins anew in another process. It takes bytes
    that are there already, whoever brought them.
    """
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

    known = get_hf_file_metadata(url := hf_hub_url(repo, name))
    blobs = _folder(cache, repo) / "blobs"
    blob = blobs / str(known.etag)
    if blob.exists():
        return
    blobs.mkdir(parents=True, exist_ok=True)
    arrived = blobs / f"{known.etag}.arrived"
    with arrived.open("ab") as file:
        headers = build_hf_headers() if known.location == url else {}
        http_get(
            *(known.location, file),
            resume_size=file.tell(),
            headers=headers,
            expected_size=known.size,
            tqdm_class=bar,
        )
    _check(arrived, str(known.etag))
    arrived.replace(blob)


def _check(arrived: Path, etag: str) -> None:
    """Refuse bytes that are not those of the hub, which names large files by their sum."""
    with arrived.open("rb") as file:
        found = file_digest(file, "sha256").hexdigest()
    if len(etag) == len(found) and found != etag:
        arrived.unlink()
        raise ConnectionError("the bytes that arrived are not those of the hub")


def _folder(cache: Path, repo: str) -> Path:
    return cache / f"models--{repo.replace('/', '--')}"


def _parts(first: str, names: list[str]) -> list[str]:
    stem = first.partition(_PART)[0]
    return sorted(name for name in names if name.startswith(f"{stem}-0") and "-of-" in name)


def _cached(cache: Path, repo: str, wanted: str) -> Path | None:
    """Return the file if an earlier download has brought it; nobody is asked for it."""
    folder = _folder(cache, repo) / "snapshots"
    for snapshot in sorted(folder.glob("*"), key=lambda path: path.stat().st_mtime, reverse=True):
        names = [
            str(path.relative_to(snapshot)) for path in snapshot.rglob("*.gguf") if path.exists()
        ]
        try:
            return snapshot / file_of(names, wanted)
        except FileNotFoundError:
            continue
    return None


def _bar(before: int, total: int) -> type:
    """Return a progress bar that tells how many bytes there are, and draws nothing."""
    from tqdm import tqdm

    class Bar(tqdm):  # type: ignore[misc]
        next = 0.0

        def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - as tqdm's
            named.pop("name", None)  # of a group of bars: the hub's own bars know it
            named["file"], named["disable"] = open(os.devnull, "w"), False  # noqa: PTH123, SIM115
            super().__init__(*arguments, **named)

        def update(self, count: float | None = 1) -> bool | None:
            done: bool | None = super().update(count)
            if monotonic() >= self.next:
                self.next = monotonic() + _PAUSE
                _say(done=before + int(self.n), total=total)
            return done

    return Bar


def _end_with_kernel() -> None:
    sys.stdin.read()
    os._exit(1)


def _say(**words: Any) -> None:  # noqa: ANN401 - any JSON
    sys.stdout.write(f"{json.dumps(words)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
