"""What can go wrong with the store, each mistake worded in Chinese and English.

StoreError
├── StoreBusyError            somebody else holds the database; try again
│   └── StoreUnreachableError the database server does not answer
├── StoreFullError            no space left
├── StoreUnwritableError      the file cannot be opened or written
│   ├── NotAFileError         a folder or a device stands in its place
│   └── NotAFolderError       a file stands where its folder belongs
├── StoreDamagedError         not a database, or a damaged one
├── StoreFaultError           anything else the database reported
├── StoreClosedError          used after close()
├── ServerRunningError        a second server on one SQLite file
├── DatabaseNewerError        made by a later version of this program
├── ForeignDatabaseError      the database belongs to something else
├── UnsupportedDatabaseError  neither a SQLite file nor PostgreSQL
│   ├── PlainQueryError       a ? in a SQLite path that is not written %3F
│   └── PlainAtSignError      an @ in a PostgreSQL password that is not written %40
├── UnreadableBackupError     not a backup, or a damaged one
├── NotEmptyError             a backup would replace what is there
├── UnstorableTextError       text no database can keep
└── MissingRowError, ExistingRowError and their kin: UnknownSurveyError, …
"""


class StoreError(Exception):
    """Something the store was asked for could not be done."""

    def __init__(self, *, zh: str, en: str) -> None:
        """Keep both wordings; the English one is what logs show."""
        super().__init__(en)
        self.zh = zh
        self.en = en

    def __reduce__(self) -> tuple[object, ...]:
        """Rebuild from the state, because subclasses are made from other arguments."""
        return (_rebuilt, (type(self), self.zh, self.en))


def _rebuilt(kind: type[StoreError], zh: str, en: str) -> StoreError:
    error = kind.__new__(kind)
    StoreError.__init__(error, zh=zh, en=en)
    return error


class UnreadableBackupError(StoreError):
    """A file is no backup of this program, or it was damaged."""

    def __init__(self, reason: str) -> None:
        """Say what is wrong with it."""
        super().__init__(
            zh=f"这个备份文件不能用（{reason}），什么也没有恢复。请换一份备份。",
            en=f"This backup cannot be used ({reason}); nothing was restored. Take another one.",
        )


class NotEmptyError(StoreError):
    """The database to restore into holds something already."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            zh="数据库里已有内容，什么也没有恢复。确实要用备份整个替换时，请加 --replace。",
            en="The database is not empty; nothing was restored. Add --replace to replace all of it by the backup.",
        )


class StoreBusyError(StoreError):
    """The database stayed locked for longer than the timeout."""

    def __init__(self) -> None:
        """Say that trying again helps."""
        super().__init__(
            zh="数据库正忙，本次没有保存，请稍后再试。",
            en="The database is busy; nothing was saved. Try again in a moment.",
        )


class StoreUnreachableError(StoreBusyError):
    """The database server does not answer."""

    def __init__(self, reason: str = "") -> None:
        """Give the driver's reason, if it named one."""
        StoreError.__init__(
            self,
            zh=f"连接不上数据库服务器，请检查它是否在运行。{reason}",
            en=f"The database server does not answer; check that it is running. {reason}".rstrip(),
        )


class StoreFullError(StoreError):
    """No space is left for the database."""

    def __init__(self) -> None:
        """Say what to do about it."""
        super().__init__(
            zh="磁盘已满，本次没有保存。请腾出空间后再试。",
            en="The disk is full; nothing was saved. Free some space and try again.",
        )


class StoreUnwritableError(StoreError):
    """The database file cannot be opened or written."""

    def __init__(self, reason: str = "") -> None:
        """Give the reason the system named."""
        super().__init__(
            zh=f"数据库文件打不开或不能写入，请检查路径和权限。{reason}",
            en=f"The database file cannot be opened or written; check its path and permissions. {reason}".rstrip(),
        )


class NotAFileError(StoreUnwritableError):
    """Something that is no file stands where the database belongs."""

    def __init__(self, path: str) -> None:
        """Name it."""
        StoreError.__init__(
            self,
            zh=f"{path} 不是普通文件（是文件夹或设备），不能当数据库。请把它移走，或在 database_url 里另写一个文件。",
            en=f"{path} is a folder or a device, not a file, and so no database. "
            "Move it away, or name another file in database_url.",
        )


class NotAFolderError(StoreUnwritableError):
    """A file stands where the database's folder belongs."""

    def __init__(self, path: str) -> None:
        """Name it."""
        StoreError.__init__(
            self,
            zh=f"{path} 不是文件夹，不能在里面建数据库。请把它移走，或在 database_url 里另写一个文件夹。",
            en=f"{path} is not a folder, so it can hold no database. "
            "Move it away, or name another folder in database_url.",
        )


class StoreDamagedError(StoreError):
    """The file is damaged, or no database at all."""

    def __init__(self, reason: str = "") -> None:
        """Point to the backup."""
        super().__init__(
            zh=f"数据库文件已损坏或不是数据库。请先运行 surveyapp doctor，必要时从备份恢复。{reason}",
            en="The database file is damaged or not a database. Run `surveyapp doctor`; "
            f"restore a backup if it says so. {reason}".rstrip(),
        )


class StoreFaultError(StoreError):
    """The database reported something unforeseen."""

    def __init__(self, reason: str) -> None:
        """Pass the database's own words on."""
        super().__init__(
            zh=f"数据库报告了错误，本次没有保存：{reason}",
            en=f"The database reported an error; nothing was saved: {reason}",
        )


class StoreClosedError(StoreError):
    """The store was used after it had been closed."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__(zh="数据库连接已经关闭。", en="The store is closed.")


class ServerRunningError(StoreError):
    """Another server already works on this SQLite file."""

    def __init__(self, path: str) -> None:
        """Name the file and the way to more than one server."""
        super().__init__(
            zh=f"已有一个服务正在使用 {path}。请先停止它；需要多个服务进程时请改用 PostgreSQL。",
            en=f"Another server is using {path}. Stop it first; to run several servers, use PostgreSQL.",
        )


class DatabaseNewerError(StoreError):
    """The database was made by a later version of this program."""

    def __init__(self, revision: str) -> None:
        """Name the unknown revision."""
        super().__init__(
            zh=f"数据库由更新版本的程序建立（结构版本 {revision}）。请升级本程序后再打开。",
            en=f"The database was made by a newer version of this program (schema {revision}). "
            "Upgrade the program, then open it again.",
        )


class ForeignDatabaseError(StoreError):
    """The database holds tables which this program did not make."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            zh="这个数据库不是本程序建立的，里面有别的程序的表。请在 database_url 里换一个空的数据库。",
            en="The database was not made by this program: it holds another one's tables. "
            "Name an empty database in database_url.",
        )


class UnsupportedDatabaseError(StoreError):
    """The address names neither a SQLite file nor PostgreSQL."""

    def __init__(self, url: str) -> None:
        """Show the two ways to write it."""
        super().__init__(
            zh=f"不支持的数据库地址 {url}。请写 sqlite:////绝对路径.db 或 postgresql://用户@主机/数据库。",
            en=f"{url} is not a supported database. Write sqlite:////absolute/path.db or postgresql://user@host/name.",
        )


class PlainQueryError(UnsupportedDatabaseError):
    """The address of a SQLite file has something after a question mark."""

    def __init__(self) -> None:
        """Say how the sign is written in a path."""
        StoreError.__init__(
            self,
            zh="SQLite 文件的地址里，路径中的 ? 要写成 %3F（% 写成 %25）。",
            en="In the address of a SQLite file, write a ? of its path as %3F (and a % as %25).",
        )


class PlainAtSignError(UnsupportedDatabaseError):
    """The address of a PostgreSQL has several @, so that part of the password would be taken for the host."""

    def __init__(self) -> None:
        """Say how the sign is written in a password, of which nothing is shown."""
        StoreError.__init__(
            self,
            zh="PostgreSQL 地址里有多个 @。用户名或密码中的 @ 要写成 %40（: 写成 %3A，/ 写成 %2F，? 写成 %3F）。",
            en="The address of the PostgreSQL has several @. Write an @ of the user's name or password as %40 "
            "(: as %3A, / as %2F, ? as %3F).",
        )


class UnstorableTextError(StoreError):
    """A text holds characters that no database keeps."""

    def __init__(self) -> None:
        """Name the characters."""
        super().__init__(
            zh="文字中含有无法保存的字符（空字符或不成对的代理字符）。",
            en="The text holds characters that cannot be stored (NUL or an unpaired surrogate).",
        )


class MissingRowError(StoreError):
    """Something was named that is not there."""


class UnknownSurveyError(MissingRowError):
    """There is no such survey, or not this version of it."""

    def __init__(self, slug: str, version: str | None = None) -> None:
        """Name what was looked for."""
        label = slug if version is None else f"{slug}@{version[:12]}"
        super().__init__(zh=f"没有这个调查或版本：{label}。", en=f"There is no survey or version {label}.")


class UnknownAccountError(MissingRowError):
    """There is no such account."""

    def __init__(self, name: str) -> None:
        """Name it."""
        super().__init__(zh=f"没有这个账号：{name}。", en=f"There is no account {name}.")


class UnknownTokenError(MissingRowError):
    """There is no such API token."""

    def __init__(self, name: str) -> None:
        """Name it."""
        super().__init__(zh=f"没有这个接口令牌：{name}。", en=f"There is no API token {name}.")


class UnknownWebhookError(MissingRowError):
    """The survey has no webhook with this address."""

    def __init__(self, slug: str) -> None:
        """Name the survey."""
        super().__init__(
            zh=f"{slug} 没有这个通知地址；surveyapp webhook list {slug} 可查看已有的。",
            en=f"{slug} has no webhook with this address; surveyapp webhook list {slug} shows those there are.",
        )


class ExistingRowError(StoreError):
    """Something was to be added that is there already."""


class AccountExistsError(ExistingRowError):
    """The account's name is taken."""

    def __init__(self, name: str) -> None:
        """Name it."""
        super().__init__(zh=f"账号 {name} 已存在。", en=f"The account {name} exists already.")


class TokenExistsError(ExistingRowError):
    """The API token is there already."""

    def __init__(self, name: str) -> None:
        """Name it."""
        super().__init__(zh=f"接口令牌 {name} 已存在。", en=f"The API token {name} exists already.")


class WebhookExistsError(ExistingRowError):
    """The survey has a webhook with this address already."""

    def __init__(self, slug: str) -> None:
        """Name the survey."""
        super().__init__(
            zh=f"{slug} 已有这个通知地址；要换新密钥，请先 surveyapp webhook remove。",
            en=f"{slug} has a webhook with this address already; for another secret, first surveyapp webhook remove.",
        )


class CodeExistsError(ExistingRowError):
    """One of the access codes was issued before, or stands twice in the list."""

    def __init__(self) -> None:
        """Say that nothing was issued."""
        super().__init__(
            zh="有答题码重复，本批一个也没有发放。",
            en="An access code is repeated; none of this batch was issued.",
        )
