"""What senders do in their folders: odd names, links, pipes, files that still grow. No file is followed, lost, or in another's way."""

from __future__ import annotations

import ctypes
import json
import os
import threading
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from assets.landing import claim_drops
from assets.submissions import Busy, process
from tests.hostile.aftermath import aftermath, ledger_row, left_lying
from tests.world import World, csv_bytes, drop, wrist

GOOD = csv_bytes([wrist(1), wrist(2)])


@pytest.fixture
def folder(world) -> Path:
    made = world.context.settings.landing / "ZX1"
    made.mkdir(parents=True)
    return made


def lay(folder: Path, name: str | bytes, content: bytes = GOOD) -> None:
    with open(os.fsencode(folder) + b"/" + os.fsencode(name), "wb") as file:
        file.write(content)


# ------------------------------------------------------------------------------------------------ names
ODD_NAMES = {
    "parents": "records..%2f..%2fetc%2fpasswd.csv",
    "backslashes": "records\\..\\..\\windows\\system32.csv",
    "an absolute path of Windows": "C:\\records.csv",
    "a line end": "records\n2024\r.csv",
    "as long as may be": "r" * 251 + ".csv",
    "long in bytes": "\u00e9" * 125 + ".csv",
    "other scripts": "\u8a18\u9332-\u0440\u0435\u043a\u043e\u0440\u0434\u044b-\U0001f9b4.csv",
    "turned around": "records\u202evsc.exe",
    "a leading dash": "-rf.csv",
    "a command": "$(reboot);`id`|x.csv",
    "a formula": "=1+1.csv",
    "markup": "<script>alert(1)<%2fscript>.csv",
    "no suffix": "records",
    "no UTF-8": b"records-\xff\xfe.csv",
    "a percent sign": "%s%n{0}.csv",
    "spaces around": " records .csv ",
}


@pytest.mark.parametrize("kind", ODD_NAMES)
def test_a_file_may_have_any_name(world, folder, kind):
    lay(folder, ODD_NAMES[kind])
    [outcome] = world.work_off()
    assert outcome.state == "accepted"
    assert aftermath(world, outcome, GOOD, is_read=True) == []


def test_a_manifest_is_found_beside_the_longest_name_that_can_have_one(world, folder):
    name = "r" * 237 + ".csv"
    lay(folder, name)
    lay(folder, f"{name}.manifest.json", json.dumps({"row_count": 3}).encode())
    [outcome] = world.work_off()
    assert [f["rule_id"] for f in aftermath(world, outcome, GOOD, is_read=False)] == ["F17"]


@pytest.mark.parametrize("kind", ["a file", "a link to a folder elsewhere", "a link to nothing"])
def test_somebody_bears_the_name_of_our_own_folder(world, folder, tmp_path, kind):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious").write_text("not for the network")
    if kind == "a file":
        lay(folder, ".claimed", b"mine")
    else:
        (folder / ".claimed").symlink_to(elsewhere if "elsewhere" in kind else "nowhere")
    lay(folder, "records.csv")
    [outcome] = world.work_off()
    assert outcome.state == "accepted"
    assert [path.name for path in elsewhere.iterdir()] == ["precious"]
    moved = [path for path in left_lying(world) if path.startswith("ZX1/.claimed-")]
    assert left_lying(world) == moved and len(moved) == 1


def test_folders_that_can_be_no_sender_are_passed_over_and_others_are_refused(world):
    landing = world.context.settings.landing
    for name in (b"ZX1\n", b"ZX\xff1", b"ZX1...ZX2", b"x" * 200, b"ZX1 ", b".ZX1"):
        lay_in(landing / os.fsdecode(name), "records.csv")
    lay_in(landing / "ZX9", "records.csv")
    lay_in(landing / "ZX1", "records.csv")
    outcomes = {outcome.sender_code: outcome.state for outcome in world.work_off()}
    assert outcomes == {"ZX1": "accepted", "ZX9": "rejected"}
    assert len(left_lying(world)) == 6


def lay_in(folder: Path, name: str, content: bytes = GOOD) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    lay(folder, name, content)


def test_a_folder_called_csv_and_folders_of_no_site_are_told_so(world, folder):
    lay_in(folder / "records.csv", "a.csv")
    lay_in(folder / "ZX1A1" / "old" / "older", "b.csv")
    outcomes = world.work_off()
    assert [outcome.state for outcome in outcomes] == ["rejected", "rejected"]
    for outcome in outcomes:
        [finding] = aftermath(world, outcome, GOOD, is_read=False)
        assert finding["rule_id"] == "SND4" and "your own landing folder" in finding["advice"]
        assert ledger_row(world, outcome.submission_id)["site_code"] is None


def test_a_folder_of_a_site_stands_for_it_however_it_is_written(world, folder):
    headers = tuple(wrist(1))[1:]
    lay_in(folder / "zx1a2", "a.csv", csv_bytes([wrist(1)], headers))
    [outcome] = world.work_off()
    assert outcome.state.startswith("accepted")
    assert world.query("select site_code from pathway.pathway_case") == [{"site_code": "ZX1A2"}]


# ------------------------------------------------------------------------------------------------ no ordinary files
def test_links_pipes_and_devices_are_neither_followed_nor_in_the_way(world, folder, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_bytes(csv_bytes([wrist(7)]))
    (folder / "link.csv").symlink_to(secret)
    (folder / "loop.csv").symlink_to("loop.csv")
    (folder / "site").symlink_to(tmp_path)
    (folder / "other.csv.manifest.json").symlink_to(secret)
    os.mkfifo(folder / "pipe.csv")
    os.mkfifo(folder / "records.csv.manifest.json")
    (folder / "records.csv.done").mkdir()
    lay(folder, "records.csv")
    lay(folder, "other.csv", csv_bytes([wrist(3)]))
    outcomes = world.work_off()
    assert [outcome.state for outcome in outcomes] == ["accepted", "accepted"]
    assert secret.read_bytes() == csv_bytes([wrist(7)])
    assert left_lying(world) == ["ZX1/link.csv", "ZX1/loop.csv", "ZX1/pipe.csv", "ZX1/site"]


def test_a_link_put_in_place_of_a_claimed_file_is_not_followed(world, folder, tmp_path):
    """As after a crash between the claim and the archive, with a sender who is quick."""
    secret = tmp_path / "secret.csv"
    secret.write_bytes(csv_bytes([wrist(7)]))
    claimed = folder / ".claimed"
    claimed.mkdir()
    (claimed / ("a" * 24)).symlink_to(secret)
    (claimed / f"{'a' * 24}.envelope").write_text('{"file_name": "x.csv", "site_code": null, "manifest": null}')
    (claimed / "notes.txt").write_text("not ours")
    (claimed / ("b" * 24)).write_text("without an envelope")
    lay(folder, "records.csv")
    [outcome] = world.work_off()
    assert (outcome.state, outcome.counts.received) == ("accepted", 2)
    assert secret.exists()
    assert left_lying(world) == [f"ZX1/.claimed/{'b' * 24}", "ZX1/.claimed/notes.txt"]


def test_a_file_that_we_may_not_read_is_refused_and_kept(world, folder):
    lay(folder, "records.csv")
    drop(world.context.settings.landing, "ZX2", csv_bytes([wrist(3, site="ZX2A1")]))
    (folder / "records.csv").chmod(0)
    if os.geteuid() == 0:
        os.chown(folder / "records.csv", 65534, 65534)
    with without_privilege():
        outcomes = {outcome.sender_code: outcome for outcome in world.work_off()}
    assert outcomes["ZX2"].state == "accepted"
    refused = outcomes["ZX1"]
    [finding] = world.query("select rule_id, advice from intake.finding")
    assert finding["rule_id"] == "SND5" and f".unreadable-{refused.submission_id}" in finding["advice"]
    assert (folder / f".unreadable-{refused.submission_id}").read_bytes() == GOOD if os.geteuid() == 0 else True
    assert left_lying(world) == [f"ZX1/.unreadable-{refused.submission_id}"]


@contextmanager
def without_privilege():
    """For a root user: without the capabilities that pass over the permissions of files."""
    if os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    kept, reduced = (ctypes.c_uint32 * 6)(), (ctypes.c_uint32 * 6)()
    assert libc.capget(header, kept) == 0
    reduced[:] = kept[:]
    reduced[0] &= ~0b1110  # DAC_OVERRIDE, DAC_READ_SEARCH, FOWNER of the effective set; they stay in the permitted one
    assert libc.capset(header, reduced) == 0
    try:
        yield
    finally:
        assert libc.capset(header, kept) == 0


def test_a_folder_that_we_may_not_enter_stops_nobody_else(world, folder):
    lay(folder, "records.csv")
    other = world.context.settings.landing / "ZX2"
    other.mkdir()
    other.chmod(0)
    if os.geteuid() == 0:
        os.chown(other, 65534, 65534)
    with without_privilege():
        [outcome] = world.work_off()
    assert (outcome.sender_code, outcome.state) == ("ZX1", "accepted")
    other.chmod(0o700)


def test_a_full_disk_is_our_trouble_and_names_no_file(world, folder, monkeypatch):
    from assets import landing

    lay(folder, "Smith.csv")

    def full(*_):
        raise OSError(28, "No space left on device", "Smith.csv")

    monkeypatch.setattr(landing.Path, "rename", lambda *_: full())
    monkeypatch.setattr(landing, "_write_durably", full)
    with pytest.raises(landing.ClaimFailed) as caught:
        world.work_off()
    assert "space" in str(caught.value) and "Smith" not in str(caught.value)
    assert left_lying(world) == ["ZX1/Smith.csv"]


# ------------------------------------------------------------------------------------------------ still being written
def test_a_file_that_grows_between_looks_is_taken_when_it_is_whole(world, folder):
    half = len(GOOD) // 2
    with (folder / "records.csv").open("wb") as file:
        for part in (GOOD[:half], GOOD[half:]):
            file.write(part)
            file.flush()
            # two looks with nothing new between them: the writer has stopped for a while, not finished
            assert claim_drops(world.context) == []
    [outcome] = world.work_off()
    assert outcome.state == "accepted"
    assert aftermath(world, outcome, GOOD, is_read=True) == []


def test_a_manifest_that_comes_before_the_end_of_its_file_does_not_cut_it_off(world, folder):
    with (folder / "records.csv").open("wb") as file:
        file.write(GOOD[:300])
        file.flush()
        lay(folder, "records.csv.manifest.json", b'{"row_count": 2}')
        assert claim_drops(world.context) == []
        file.write(GOOD[300:])
    [outcome] = world.work_off()
    assert outcome.state == "accepted"
    assert aftermath(world, outcome, GOOD, is_read=True) == []


UNFINISHED = ["records.csv.part", "records.csv.tmp", "records.csv.filepart", "records.csv.PART", ".records.csv", "..\\..\\records.csv"]


@pytest.mark.parametrize("name", UNFINISHED)
def test_an_unfinished_name_is_left_alone(world, folder, name):
    lay(folder, name)
    assert world.work_off() == []
    (folder / name).rename(folder / "records.csv")
    [outcome] = world.work_off()
    assert aftermath(world, outcome, GOOD, is_read=True) == []


def test_a_file_over_the_limit_is_refused_before_it_is_read(world):
    registry = world.context.registry
    small = tuple(replace(d, size_limit_bytes=len(GOOD) - 1) for d in registry.datasets.values())
    limited = type(registry)(registry.pathways, tuple(d for d in small if registry.pathway_of_dataset(d.name) is None))
    assert max(d.size_limit_bytes for d in small) < len(GOOD)
    pathways = tuple(replace(p, datasets=tuple(d for d in small if registry.pathway_of_dataset(d.name) is p)) for p in registry.pathways)
    house = World(replace(world.context, registry=replace(limited, pathways=pathways)))
    outcome = house.submit(GOOD)
    [finding] = aftermath(house, outcome, GOOD, is_read=False)
    assert finding["rule_id"] == "F03" and "in parts" in finding["advice"]


# ------------------------------------------------------------------------------------------------ two at once
def test_two_files_at_once_from_one_sender(world):
    """Two workers, two files of the same people: both are told, and the later one has the last word."""
    landing = world.context.settings.landing
    drop(landing, "ZX1", csv_bytes([wrist(n, minutes=60) for n in range(1, 9)]), "a.csv")
    drop(landing, "ZX1", csv_bytes([wrist(n, minutes=90) for n in range(1, 9)]), "b.csv")
    claimed = claim_drops(world.context)

    def work(submission_id: str) -> None:
        with suppress(Busy):  # the worker of the later file has taken the earlier one first
            process(submission_id, world.context)

    workers = [threading.Thread(target=work, args=(submission_id,)) for submission_id in reversed(claimed)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [row["state"] for row in world.query("select state from intake.submission order by arrival_number")] == ["accepted", "accepted"]
    assert world.query("select count(*) as n, count(distinct manipulation_at - arrival_at) as lengths, min(manipulation_at - arrival_at)::text as length "
                       "from pathway.wrist_fracture_detail") == [{"n": 8, "lengths": 1, "length": "01:30:00"}]  # fmt: skip
    assert left_lying(world) == []


def test_two_workers_on_one_file(world):
    drop(world.context.settings.landing, "ZX1", GOOD)
    [claimed] = claim_drops(world.context)
    ended: list[object] = []

    def work() -> None:
        try:
            ended.append(process(claimed, world.context).state)
        except Busy:
            ended.append("busy")

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert set(ended) <= {"accepted", "busy"} and "accepted" in ended
    assert world.query("select count(*) as records from pathway.wrist_fracture_record") == [{"records": 2}]


def test_two_scanners_claim_each_file_once(world):
    for number in range(12):
        drop(world.context.settings.landing, "ZX1", csv_bytes([wrist(number)]), f"{number}.csv")
    claimed: list[str] = []
    scanners = [threading.Thread(target=lambda: claimed.extend(claim_drops(world.context))) for _ in range(4)]
    for scanner in scanners:
        scanner.start()
    for scanner in scanners:
        scanner.join()
    assert len(claimed) == len(set(claimed)) == 12
    assert left_lying(world) == []
