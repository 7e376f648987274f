"""The invented shop that the stand-in starts with: inboxes, people, teams and labels."""

from __future__ import annotations

from bot.chatwoot.sandbox import records
from bot.chatwoot.sandbox.tables import Tables

ACCOUNT_ID = 2
OTHER_ACCOUNT_ID = 3
ADMINISTRATOR_ID = 12
AGENT_ID = 14
BOT_ID = 3

#: The name of each channel in `Sandbox.customer_writes` → the inbox that it arrives in.
INBOXES = {"chat": 5, "email": 7, "sms": 9, "api": 11}

_LABELS = (
    ("damaged-goods", "#e5484d", "Arrived broken or wrong"),
    ("refund", "#f76b15", "Money back"),
    ("shipping", "#0090ff", "Where a parcel is"),
    ("security", "#8e4ec6", "Accounts in wrong hands"),
    ("vip", "#ffb224", "Customers we know by name"),
)


def plant(tables: Tables) -> None:
    """Fill empty tables with the shop: two accounts, four inboxes, four people, teams, labels and a bot."""
    for number, name in ((ACCOUNT_ID, "Hearth & Kettle"), (OTHER_ACCOUNT_ID, "Another Company")):
        tables.accounts[number] = records.Account(id=number, name=name)
    _people(tables)
    _inboxes(tables)
    now = tables.now()
    for number, name in enumerate(
        ("payments", "senior", "shipping", "returns", "security", "orders"), start=4
    ):
        tables.teams[number] = records.Team(
            id=number, account_id=ACCOUNT_ID, name=name, created_at=now, member_ids={AGENT_ID}
        )
    for number, (title, color, description) in enumerate(_LABELS, start=21):
        tables.labels[number] = records.Label(
            id=number, account_id=ACCOUNT_ID, title=title, color=color, description=description
        )
    for number, (account, name) in {
        BOT_ID: (ACCOUNT_ID, "HotDash Assistant"),
        BOT_ID + 1: (OTHER_ACCOUNT_ID, "Stranger"),
    }.items():
        tables.bots[number] = records.AgentBot(
            id=number, account_id=account, name=name, access_token=tables.token(), secret=tables.token()
        )


def _people(tables: Tables) -> None:
    people = (
        (ADMINISTRATOR_ID, ACCOUNT_ID, "Rosa Lindqvist", "Rosa", "administrator"),
        (AGENT_ID, ACCOUNT_ID, "Ines Duarte", "Ines", "agent"),
        (AGENT_ID + 1, ACCOUNT_ID, "Jon Achebe", "Jon", "agent"),
        (AGENT_ID + 16, OTHER_ACCOUNT_ID, "Sam Elsewhere", "Sam", "administrator"),
    )
    for number, account, name, short, role in people:
        tables.users[number] = records.User(
            id=number,
            account_id=account,
            name=name,
            available_name=short,
            email=f"{short.lower()}@hearth-kettle.example",
            role=role,
            access_token=tables.token(),
        )


def _inboxes(tables: Tables) -> None:
    inboxes = (
        ("chat", "hearth-kettle.example", records.WEBSITE, "https://hearth-kettle.example"),
        ("email", "Support mailbox", records.EMAIL, "support@hearth-kettle.example"),
        ("sms", "SMS", records.SMS, "+15005550006"),
        ("api", "Mobile app", records.API, "mobile-app"),
    )
    for channel, name, channel_type, address in inboxes:
        number = INBOXES[channel]
        tables.inboxes[number] = records.Inbox(
            id=number,
            account_id=ACCOUNT_ID,
            name=name,
            channel_type=channel_type,
            address=address,
            # The second agent sees mail only: enough to show that rights end at the inbox.
            member_ids={AGENT_ID, AGENT_ID + 1} if channel == "email" else {AGENT_ID},
        )
