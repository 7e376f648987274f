"""What an account defines: labels, custom attributes, dashboard apps; and its satisfaction answers."""

from __future__ import annotations

from typing import Any

from bot.chatwoot.sandbox.access import invalid_record
from bot.chatwoot.sandbox.api.call import Call, endpoint
from bot.chatwoot.sandbox.records import AttributeDefinition, DashboardApp, Label
from bot.chatwoot.sandbox.setting_views import attribute_view, csat_view, dashboard_app_view, label_view

_LABEL = ("title", "description", "color", "show_on_sidebar")
_ATTRIBUTE = (
    "attribute_display_name",
    "attribute_key",
    "attribute_display_type",
    "attribute_model",
    "attribute_description",
    "attribute_values",
)
_CSAT_PER_PAGE = 25


def _columns(call: Call, wrapper: str, names: tuple[str, ...]) -> dict[str, Any]:
    body = call.required(wrapper) if wrapper in call.params else call.params
    return {name: body[name] for name in names if name in body}


def _label_columns(call: Call) -> dict[str, Any]:
    """Raises Refusal 422 for a blank or taken title; titles are kept in lower case."""
    columns = _columns(call, "label", _LABEL)
    if "title" in columns:
        columns["title"] = str(columns["title"]).lower()
        if not columns["title"]:
            raise invalid_record("Title can't be blank", "title")
        if any(label.title == columns["title"] for label in call.own(call.tables.labels)):
            raise invalid_record("Title has already been taken", "title")
    return columns


@endpoint("GET", "/labels", "labels#index_of_account")
async def labels(call: Call) -> Any:
    """All labels of the account."""
    return {"payload": [label_view(label) for label in call.own(call.tables.labels)]}


@endpoint("POST", "/labels", "labels#create_in_account", admin=True)
async def add_label(call: Call) -> Any:
    """A new label."""
    columns = _label_columns(call)
    if "title" not in columns:
        raise invalid_record("Title can't be blank", "title")
    label = Label(id=max(call.tables.labels, default=0) + 1, account_id=call.account_id, **columns)
    call.tables.labels[label.id] = label
    return label_view(label)


@endpoint("GET", "/labels/{id}", "labels#show")
async def show_label(call: Call) -> Any:
    """One label."""
    return label_view(call.find(call.tables.labels))


@endpoint("PATCH", "/labels/{id}", "labels#update", admin=True)
async def change_label(call: Call) -> Any:
    """Change a label."""
    label = call.find(call.tables.labels)
    for name, value in _label_columns(call).items():
        setattr(label, name, value)
    return label_view(label)


@endpoint("DELETE", "/labels/{id}", "labels#destroy", admin=True)
async def delete_label(call: Call) -> None:
    """Delete a label."""
    del call.tables.labels[call.find(call.tables.labels).id]


@endpoint("GET", "/custom_attribute_definitions", "custom_attribute_definitions#index")
async def attributes(call: Call) -> Any:
    """The custom attributes of one model, or of all."""
    model = call.query.get("attribute_model")
    own = call.own(call.tables.attribute_definitions)
    return [attribute_view(d) for d in own if model in (None, d.attribute_model)]


@endpoint("POST", "/custom_attribute_definitions", "custom_attribute_definitions#create", admin=True)
async def add_attribute(call: Call) -> Any:
    """A new custom attribute definition; each key exists once per model."""
    columns = _columns(call, "custom_attribute_definition", _ATTRIBUTE)
    if missing := [name for name in _ATTRIBUTE[:4] if columns.get(name) in (None, "")]:
        raise invalid_record(f"{missing[0].capitalize().replace('_', ' ')} can't be blank", missing[0])
    for other in call.own(call.tables.attribute_definitions):
        if (other.attribute_key, other.attribute_model) == (
            columns["attribute_key"],
            columns["attribute_model"],
        ):
            raise invalid_record("Attribute key has already been taken", "attribute_key")
    number = call.tables.next_id("attribute_definition")
    definition = AttributeDefinition(id=number, account_id=call.account_id, **columns)
    call.tables.attribute_definitions[number] = definition
    return attribute_view(definition)


@endpoint("DELETE", "/custom_attribute_definitions/{id}", "custom_attribute_definitions#destroy", admin=True)
async def delete_attribute(call: Call) -> None:
    """Delete a custom attribute definition."""
    del call.tables.attribute_definitions[call.find(call.tables.attribute_definitions).id]


@endpoint("GET", "/dashboard_apps", "dashboard_apps#index")
async def dashboard_apps(call: Call) -> Any:
    """All dashboard apps."""
    return [dashboard_app_view(app) for app in call.own(call.tables.dashboard_apps)]


@endpoint("POST", "/dashboard_apps", "dashboard_apps#create")
async def add_dashboard_app(call: Call) -> Any:
    """A new dashboard app; any agent may make one (no policy check in Chatwoot)."""
    columns = _columns(call, "dashboard_app", ("title", "content"))
    number = call.tables.next_id("dashboard_app")
    app = DashboardApp(id=number, account_id=call.account_id, created_at=call.tables.now(), **columns)
    call.tables.dashboard_apps[number] = app
    return dashboard_app_view(app)


@endpoint("PATCH", "/dashboard_apps/{id}", "dashboard_apps#update")
async def change_dashboard_app(call: Call) -> Any:
    """Change a dashboard app."""
    app = call.find(call.tables.dashboard_apps)
    for name, value in _columns(call, "dashboard_app", ("title", "content")).items():
        setattr(app, name, value)
    return dashboard_app_view(app)


@endpoint("DELETE", "/dashboard_apps/{id}", "dashboard_apps#destroy")
async def delete_dashboard_app(call: Call) -> None:
    """Delete a dashboard app."""
    del call.tables.dashboard_apps[call.find(call.tables.dashboard_apps).id]


@endpoint("GET", "/csat_survey_responses", "csat_survey_responses#index", admin=True)
async def csat(call: Call) -> Any:
    """Answers to the satisfaction survey, the newest first, 25 a page."""
    own = call.own(call.tables.csat_responses)
    if rating := call.query.get("rating"):
        own = [r for r in own if r.rating == int(rating)]
    if since := call.query.get("since"):
        own = [r for r in own if r.created_at.timestamp() >= int(since)]
    if until := call.query.get("until"):
        own = [r for r in own if r.created_at.timestamp() <= int(until)]
    own.sort(key=lambda r: r.id, reverse=True)
    shown = own[(call.page - 1) * _CSAT_PER_PAGE : call.page * _CSAT_PER_PAGE]
    return [csat_view(call.tables, response) for response in shown]
