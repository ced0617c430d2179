"""The shipped profiles: text that `make profiles` writes and the build packs."""

import shutil
import tomllib
from pathlib import Path

import pytest

from calibration import rebuild
from costlint.costmodel.devices import device, devices
from costlint.costmodel.devices.packing import ARCHIVE, pack, profile_files
from costlint.costmodel.devices.reading import profile_from

DEVICES = Path(__file__).resolve().parents[3] / "costmodel" / "devices"
FILES = profile_files(DEVICES)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_profile_is_written_as_it_reads_and_the_archive_has_it(file):
    text = file.read_text(encoding="utf-8")
    profile = profile_from(tomllib.loads(text), file.name)
    assert profile.to_toml() == text, "run `make profiles`; nothing else writes these files"
    assert profile.name == file.stem
    assert device(profile.name) == profile, "the archive is of other texts: run `make demo`"


def test_the_index_has_what_the_profiles_have():
    assert [row.name for row in devices()] == [file.stem for file in FILES]
    for row in devices():
        profile = device(row.name)
        assert (row.mape, row.timings) == (profile.fit.mape, profile.provenance.timings)


def test_the_same_texts_give_the_same_bytes(tmp_path):
    packed = []
    for name in ("once", "again"):
        shutil.copytree(DEVICES / "data" / "paper", tmp_path / name / "data" / "paper")
        pack(tmp_path / name)
        packed.append((tmp_path / name / ARCHIVE).read_bytes())
    assert packed[0] == packed[1]


def test_nothing_to_pack_leaves_the_archive_alone(tmp_path):
    (tmp_path / ARCHIVE).write_bytes(b"as it was")
    with pytest.raises(FileNotFoundError, match="no profiles"):
        pack(tmp_path)
    assert (tmp_path / ARCHIVE).read_bytes() == b"as it was"


def test_rebuilding_a_group_writes_the_same_and_takes_the_rest_away(tmp_path, monkeypatch):
    monkeypatch.setattr(rebuild, "DEVICES", tmp_path)
    folder = tmp_path / "data" / "paper"
    shutil.copytree(DEVICES / "data" / "paper", folder)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    (folder / "gone.toml").write_text("of a device that is no longer in the group")

    rebuild.write_group("paper", [device(Path(name).stem) for name in before])

    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
