"""A customer who wants no more SMS gets none."""

from __future__ import annotations

from service_at_work import QUESTION, Service


async def test_stop_is_heeded(service: Service) -> None:
    """STOP gets no note and no draft, and is noted with the contact; START takes it back."""
    sandbox = service.sandbox
    message = await sandbox.customer_writes("sms", "STOP")
    await service.settled()
    conversation = sandbox.conversation(message.conversation_id)
    assert sandbox.notes(message.conversation_id) == []
    assert await service.count("drafts") == 0
    contact = sandbox.desk.tables.contacts[conversation.contact_id]
    assert contact.custom_attributes["sms_opt_out"] is True
    await sandbox.customer_writes("sms", "START")
    await service.settled()
    assert contact.custom_attributes["sms_opt_out"] is False


async def test_a_draft_for_who_opted_out_says_so(service: Service) -> None:
    """Who opted out and asks all the same gets a draft that must not be sent."""
    await service.sandbox.customer_writes("sms", "stop")
    await service.settled()
    message = await service.asks(QUESTION, channel="sms")
    (note,) = await service.noted(message.conversation_id)
    assert "must not be sent: the contact has opted out of SMS" in note
