"""Bodies of REST answers about what an account has set up, and about its satisfaction survey."""

from __future__ import annotations

from bot.chatwoot.sandbox.rails import epoch, iso
from bot.chatwoot.sandbox.records import (
    AttributeDefinition,
    CsatResponse,
    DashboardApp,
    Inbox,
    Label,
    Webhook,
)
from bot.chatwoot.sandbox.senders import Json
from bot.chatwoot.sandbox.tables import Tables
from bot.chatwoot.sandbox.views import agent_view, contact_view


def inbox_view(inbox: Inbox) -> Json:
    """An inbox with the settings that Chatwoot gives by default."""
    kinds = {
        "Channel::Email": "email",
        "Channel::TwilioSms": "phone_number",
        "Channel::WebWidget": "website_url",
    }
    return {
        "id": inbox.id,
        "avatar_url": "",
        "channel_id": inbox.id,
        "name": inbox.name,
        "channel_type": inbox.channel_type,
        "greeting_enabled": False,
        "greeting_message": None,
        "working_hours_enabled": inbox.out_of_office is not None,
        "enable_email_collect": True,
        "csat_survey_enabled": False,
        "enable_auto_assignment": False,
        "auto_assignment_config": {},
        "out_of_office_message": inbox.out_of_office,
        "timezone": "UTC",
        "allow_messages_after_resolved": True,
        "lock_to_single_conversation": False,
        "sender_name_type": "friendly",
        "business_name": None,
        kinds.get(inbox.channel_type, "inbox_identifier"): inbox.address,
    }


def webhook_view(webhook: Webhook) -> Json:
    """An account webhook with its secret."""
    return {
        "id": webhook.id,
        "name": webhook.name,
        "url": webhook.url,
        "account_id": webhook.account_id,
        "subscriptions": webhook.subscriptions,
        "secret": webhook.secret,
    }


def label_view(label: Label) -> Json:
    """A label that the account offers."""
    return {
        "id": label.id,
        "title": label.title,
        "description": label.description,
        "color": label.color,
        "show_on_sidebar": label.show_on_sidebar,
    }


def attribute_view(definition: AttributeDefinition) -> Json:
    """A custom attribute definition."""
    return {
        "id": definition.id,
        "attribute_display_name": definition.attribute_display_name,
        "attribute_display_type": definition.attribute_display_type,
        "attribute_description": definition.attribute_description,
        "attribute_key": definition.attribute_key,
        "attribute_values": definition.attribute_values,
        "attribute_model": definition.attribute_model,
    }


def dashboard_app_view(app: DashboardApp) -> Json:
    """A dashboard app."""
    return {"id": app.id, "title": app.title, "content": app.content, "created_at": iso(app.created_at)}


def csat_view(tables: Tables, response: CsatResponse) -> Json:
    """One answer to the satisfaction survey."""
    agent = tables.users.get(response.assigned_agent_id or 0)
    return {
        "id": response.id,
        "rating": response.rating,
        "feedback_message": response.feedback_message,
        "csat_review_notes": None,
        "account_id": response.account_id,
        "message_id": response.message_id,
        "contact": contact_view(tables.contacts[response.contact_id]),
        "conversation_id": response.conversation_id,
        "assigned_agent": agent_view(agent) if agent else None,
        "created_at": epoch(response.created_at),
    }
