"""Is this database well: what `surveyapp doctor` says about it. Nothing here writes to the database."""

import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, text

from surveyapp.store import engines
from surveyapp.store.errors import ForeignDatabaseError, StoreError
from surveyapp.store.migration import is_foreign, known_revisions, revision
from surveyapp.store.tables import REVISION
from surveyapp.store.wording import worded_errors

MIB = 1 << 20
LITTLE_SPACE, NO_SPACE = 1024 * MIB, 100 * MIB
LONG_WAL = 64 * MIB
OLDEST_POSTGRES = 140000
NETWORK_FILE_SYSTEMS = {
    *("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "lustre", "vboxsf", "davfs", "virtiofs"),
    *(
        "fuse.sshfs",
        "fuse.glusterfs",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.davfs2",
        "fuse.ceph",
        "fuse.vmhgfs-fuse",
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that was looked at."""

    level: str
    """ok, warning or error."""
    subject: str
    zh: str
    en: str


def diagnose(url: str) -> list[Finding]:
    """Look at a database from outside, also while a server works on it."""
    findings: list[Finding] = []
    try:
        parsed = engines.parse_url(url)
        with worded_errors():
            findings.extend(_sqlite(parsed) if parsed.drivername.startswith("sqlite") else _postgres(parsed))
    except StoreError as error:
        # What was found before stays: list.extend keeps what it was given up to the error.
        findings.append(_finding("error", "open", error.zh, error.en))
    return findings


def _finding(level: str, subject: str, zh: str, en: str) -> Finding:
    return Finding(level=level, subject=subject, zh=zh, en=en)


def _judged(subject: str, good: bool, bad_level: str, zh: tuple[str, str], en: tuple[str, str]) -> Finding:
    """Choose between the wording for the good case and for the bad one."""
    return _finding("ok" if good else bad_level, subject, zh[not good], en[not good])


# --- SQLite


def _sqlite(url: URL) -> Iterator[Finding]:
    path = engines.sqlite_path(url)
    yield library(sqlite3.sqlite_version_info[:3])
    engines.refuse_what_is_no_file(path)
    yield from _places(path)
    yield writable(path)
    if not path.exists():
        yield _finding(
            "warning",
            "file",
            f"{path} 还不存在，首次启动时建立。",
            f"{path} will be made at the first start.",
        )
        return
    yield permissions(path)
    yield wal_size(path)
    yield from _contents(path)


def _places(path: Path) -> Iterator[Finding]:
    folder = next(parent for parent in path.parents if parent.exists())
    yield free_space(shutil.disk_usage(folder).free)
    if sys.platform == "linux":
        yield file_system(folder, Path("/proc/mounts").read_text(encoding="utf-8", errors="replace"))


def writable(path: Path) -> Finding:
    """Judge whether this user may write the file, what stands beside it, and its folder."""
    folder = next(parent for parent in path.parents if parent.exists())
    beside = [path.with_name(path.name + ending) for ending in ("", "-wal", "-shm", ".lock", ".server")]
    barred = [place for place in (folder, *beside) if place.exists() and not os.access(place, os.W_OK)]
    names = "、".join(map(str, barred)), ", ".join(map(str, barred))
    return _judged(
        "writable",
        not barred,
        "error",
        (
            "数据库文件和文件夹可写。",
            f"当前用户不能写入 {names[0]}，答卷无法保存。请把所有者改为运行本程序的用户（如 chown -R 用户 {folder}）"
            "并允许写入（chmod u+w）；只读挂载的磁盘请改为可写。",
        ),
        (
            "The file and its folder can be written.",
            f"This user cannot write {names[1]}, so no response can be kept. Give it to the user that runs this program "
            f"(chown -R USER {folder}) and allow writing (chmod u+w); mount a read-only disk for writing.",
        ),
    )


def library(version: tuple[int, ...]) -> Finding:
    """Judge SQLite's version by the WAL-reset bug."""
    name = ".".join(map(str, version))
    return _judged(
        "sqlite",
        not has_wal_reset_bug(version),
        "warning",
        (
            f"SQLite {name}。",
            f"SQLite {name} 有“WAL 重置”缺陷（两个连接同时写入时可能损坏文件；3.51.3 起修复）。"
            "本程序用文件锁保证同一时刻只有一个连接写入，因此不受影响；请勿用其他工具同时写这个文件。",
        ),
        (
            f"SQLite {name}.",
            f"SQLite {name} has the WAL-reset bug: two connections writing at once can damage the file (fixed in 3.51.3). "
            "The file lock lets only one connection write at a time, so it cannot happen here; "
            "do not write to the file with other tools meanwhile.",
        ),
    )


def has_wal_reset_bug(version: tuple[int, ...]) -> bool:
    """Tell whether a SQLite version has the WAL-reset bug (sqlite.org/changes.html)."""
    if version[:2] in ((3, 44), (3, 50)):
        return version < {44: (3, 44, 6), 50: (3, 50, 7)}[version[1]]
    # 3.52.0 was withdrawn; it stands between two good ones.
    return (3, 7, 0) <= version < (3, 51, 3) or version[:2] == (3, 52)


def free_space(free: int) -> Finding:
    """Judge the space left on the disk."""
    level = "error" if free < NO_SPACE else "warning" if free < LITTLE_SPACE else "ok"
    size = f"{free // MIB:,} MiB"
    more = ("", "") if level == "ok" else ("，请尽快腾出空间", "; make room soon")
    return _finding(level, "space", f"磁盘剩余 {size}{more[0]}。", f"{size} free on the disk{more[1]}.")


def file_system(folder: Path, mounts: str) -> Finding:
    """Judge the file system by the system's list of mounts."""
    kind = _mounted_kind(folder.resolve(), mounts)
    return _judged(
        "file-system",
        kind not in NETWORK_FILE_SYSTEMS,
        "error",
        (
            f"文件系统 {kind}。",
            f"数据库在网络文件系统（{kind}）上，SQLite 在那里会损坏。请移到本机磁盘或改用 PostgreSQL。",
        ),
        (
            f"File system {kind}.",
            f"The database is on a network file system ({kind}), where SQLite gets damaged. "
            "Move it to a local disk, or use PostgreSQL.",
        ),
    )


def _mounted_kind(folder: Path, mounts: str) -> str:
    # /proc/mounts writes a blank as \040; of two mounts on one place the later covers the earlier.
    rows = [line.split() for line in mounts.splitlines()]
    places = [(Path(row[1].replace("\\040", " ")), row[2]) for row in rows if len(row) > 2]
    above = [(len(place.parts), kind) for place, kind in places if folder.is_relative_to(place)]
    return max(enumerate(above), key=lambda item: (item[1][0], item[0]))[1][1] if above else "?"


def permissions(path: Path) -> Finding:
    """Judge who may read the file."""
    mode = stat.S_IMODE(path.stat().st_mode)
    return _judged(
        "permissions",
        os.name == "nt" or not mode & 0o077,
        "warning",
        (
            "数据库文件只有本用户可读。",
            f"其他用户可以读取数据库文件（权限 {mode:o}）。请运行：chmod 600 {path}",
        ),
        (
            "Only its owner can read the file.",
            f"Others can read the file (mode {mode:o}). Run: chmod 600 {path}",
        ),
    )


def wal_size(path: Path) -> Finding:
    """Judge the length of the write-ahead log."""
    wal = path.with_name(f"{path.name}-wal")
    size = wal.stat().st_size if wal.exists() else 0
    return _judged(
        "wal",
        size <= LONG_WAL,
        "warning",
        (
            f"预写日志 {size // MIB} MiB。",
            f"预写日志已有 {size // MIB} MiB：有读取长时间未结束，或服务未正常停止。请重启服务。",
        ),
        (
            f"The write-ahead log has {size // MIB} MiB.",
            f"The write-ahead log has {size // MIB} MiB: a reader does not end, or a server was killed. "
            "Restart the server.",
        ),
    )


def _contents(path: Path) -> Iterator[Finding]:
    engine = engines.sqlite_observer(path, busy_seconds=10)
    try:
        with engine.connect() as connection:
            yield journal(_journal_mode(path))
            yield _synchronous()
            yield whole(str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()))
            yield _schema(connection)
    finally:
        engine.dispose()


def _journal_mode(path: Path) -> str:
    # From the file's header (its "read version"): to ask SQLite would take a connection that makes a WAL.
    with path.open("rb") as file:
        return "wal" if file.read(20)[18:] == b"\x02\x02" else "delete"


def journal(mode: str) -> Finding:
    """Judge the journal mode."""
    return _judged(
        "journal",
        mode == "wal",
        "warning",
        ("日志模式 WAL。", f"日志模式为 {mode}，下次启动时改为 WAL。"),
        ("Journal mode WAL.", f"The journal mode is {mode}; the next start sets WAL."),
    )


def _synchronous() -> Finding:
    # A setting of each connection and not of the file: what matters is that this library obeys our writer's.
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"PRAGMA synchronous={engines.WRITER_PRAGMAS['synchronous']}")
        return synchronous(connection.execute("PRAGMA synchronous").fetchone()[0])


def synchronous(level: int) -> Finding:
    """Judge the setting that decides whether a commit survives a power cut."""
    return _judged(
        "synchronous",
        level >= 2,
        "error",
        ("每次提交都写到磁盘（synchronous=FULL）。", "提交没有写到磁盘就被确认，断电会丢失答卷。"),
        (
            "Each commit is synced (synchronous=FULL).",
            "Commits are not synced: a power cut would lose responses.",
        ),
    )


def whole(result: str) -> Finding:
    """Judge SQLite's own check of the file."""
    return _judged(
        "integrity",
        result == "ok",
        "error",
        ("数据库文件完好。", f"数据库文件已损坏（{result}）。请停止服务并从备份恢复。"),
        ("The file is sound.", f"The file is damaged ({result}). Stop the server and restore a backup."),
    )


# --- PostgreSQL


def _postgres(url: URL) -> Iterator[Finding]:
    engine = engines.postgres(url, lock_seconds=10)
    try:
        with engine.connect() as connection:
            for name, judge in _SETTINGS.items():
                yield judge(str(connection.execute(text(f"SHOW {name}")).scalar()))
            yield _standby(connection)
            yield _schema(connection)
    finally:
        engine.dispose()


def _standby(connection: Connection) -> Finding:
    return _judged(
        "read-only",
        not connection.execute(text("SELECT pg_is_in_recovery()")).scalar(),
        "error",
        ("服务器可写。", "连接到的是只读的备用服务器，请改为主服务器的地址。"),
        ("The server takes writes.", "This is a read-only standby; use the primary's address."),
    )


def postgres_version(number: str) -> Finding:
    """Judge the server's version."""
    major = int(number) // 10000
    return _judged(
        "postgresql",
        int(number) >= OLDEST_POSTGRES,
        "error",
        (f"PostgreSQL {major}。", f"PostgreSQL {major} 过旧，需要 14 或更新。"),
        (f"PostgreSQL {major}.", f"PostgreSQL {major} is too old; 14 or newer is needed."),
    )


def _switched_on(name: str, zh: str, en: str) -> Callable[[str], Finding]:
    return lambda value: _judged(
        name,
        value != "off",
        "error",
        (f"{name} = {value}。", f"{name} 已关闭：{zh}。请在服务器上打开。"),
        (f"{name} = {value}.", f"{name} is off: {en}. Switch it on."),
    )


def _encoding(name: str) -> Finding:
    return _judged(
        "encoding",
        name == "UTF8",
        "error",
        ("编码 UTF8。", f"数据库编码为 {name}，存不下全部汉字。请以 UTF8 重建数据库。"),
        (
            "Encoding UTF8.",
            f"The encoding is {name}, which lacks characters. Make the database anew with UTF8.",
        ),
    )


_SETTINGS: dict[str, Callable[[str], Finding]] = {
    "server_version_num": postgres_version,
    "fsync": _switched_on("fsync", "断电会损坏数据库", "a power cut would damage the database"),
    "synchronous_commit": _switched_on(
        "synchronous_commit", "断电会丢失答卷", "a power cut would lose responses"
    ),
    "full_page_writes": _switched_on(
        "full_page_writes", "断电会损坏数据库", "a power cut would damage the database"
    ),
    "server_encoding": _encoding,
}


# --- both


def _schema(connection: Connection) -> Finding:
    if is_foreign(connection):
        error = ForeignDatabaseError()
        return _finding("error", "schema", error.zh, error.en)
    return schema(revision(connection))


def schema(found: str | None) -> Finding:
    """Judge the schema's revision."""
    if found == REVISION:
        return _finding("ok", "schema", f"数据库结构为最新（{found}）。", f"The schema is current ({found}).")
    if found is None or found in known_revisions():
        level, zh, en = "warning", "下次启动时升级", "the next start upgrades it"
    else:
        level, zh, en = "error", "比本程序新，请升级本程序", "newer than this program; upgrade the program"
    return _finding(
        level, "schema", f"数据库结构为 {found or '空'}：{zh}。", f"The schema is {found or 'empty'}: {en}."
    )
