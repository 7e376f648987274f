"""The tables that the specification (§8) names are exactly as it names them."""

from __future__ import annotations

from bot.store.database import Database

TABLES = {
    "chatwoot_conversations": {
        "id": "uuid",
        "chatwoot_conversation_id": "integer",
        "customer_email": "text",
        "priority": "conversation_priority",
        "status": "conversation_status",
        "assigned_to": "text",
        "created_at": "timestamp with time zone",
        "resolved_at": "timestamp with time zone",
    },
    "chatwoot_messages": {
        "id": "uuid",
        "conversation_id": "uuid",
        "chatwoot_message_id": "integer",
        "message_type": "message_kind",
        "content": "text",
        "ai_generated": "boolean",
        "confidence_score": "double precision",
        "created_at": "timestamp with time zone",
    },
    "support_approvals": {
        "id": "uuid",
        "message_id": "uuid",
        "draft_content": "text",
        "final_content": "text",
        "edit_distance": "integer",
        "tone_grade": "integer",
        "accuracy_grade": "integer",
        "policy_grade": "integer",
        "approved_by": "text",
        "approved_at": "timestamp with time zone",
    },
}
ENUMS = {
    "conversation_priority": ["P0", "P1", "P2", "P3"],
    "conversation_status": ["open", "pending", "resolved"],
    "message_kind": ["incoming", "outgoing", "private_note"],
}


async def test_columns_are_the_specification_s(database: Database) -> None:
    """Each table has the named columns with their types, and no others."""
    for table, columns in TABLES.items():
        async with database.connection() as connection:
            cursor = await connection.execute(
                "select attname, format_type(atttypid, null) from pg_attribute"
                " where attrelid = %s::regclass and attnum > 0 and not attisdropped",
                [table],
            )
            assert dict(await cursor.fetchall()) == columns


async def test_enums_are_the_specification_s(database: Database) -> None:
    """Priority, status and kind of message take the named values in that order."""
    for name, values in ENUMS.items():
        async with database.connection() as connection:
            cursor = await connection.execute(
                "select enumlabel from pg_enum where enumtypid = %s::regtype order by enumsortorder", [name]
            )
            assert [row[0] for row in await cursor.fetchall()] == values
