"""Alerts through Apprise, for the services it knows: Slack, Teams, ntfy, Telegram, Twilio and many more.

Needs `pip install 'hotdash[notify]'`. Addresses are Apprise's own: https://github.com/caronc/apprise/wiki
"""

from __future__ import annotations

from importlib import import_module, util

from plugins import Alert, PluginError, Severity, hookimpl

HOTDASH_API = 1

#: Read or send local files, or run programs: nothing that an alert should do.
_REFUSED = frozenset({"file", "syslog", "dbus", "gnome", "macosx", "windows", "glib", "kde", "qt"})
_KINDS = {
    Severity.CRITICAL: "failure",
    Severity.ERROR: "failure",
    Severity.WARNING: "warning",
    Severity.INFO: "info",
}


@hookimpl
def notify(address: str, alert: Alert) -> bool | None:
    """Hand the alert to Apprise, in a thread; None if Apprise is not there or does not know the address."""
    if util.find_spec("apprise") is None or address.partition(":")[0].lower() in _REFUSED:
        return None
    services = import_module("apprise").Apprise()
    if not services.add(address):
        return None
    body = "\n\n".join(filter(None, (alert.text, alert.url)))
    if not services.notify(title=alert.title, body=body, notify_type=_KINDS[alert.severity]):
        raise PluginError("Apprise could not deliver it")
    return True
