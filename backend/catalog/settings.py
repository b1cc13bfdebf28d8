"""The settings of a site: mail server, SMS gateway, screen lock, visitors, retention
(features SET-04, SET-05, AGT-07, AGT-09)."""

from __future__ import annotations

from collections.abc import Mapping

from backend.catalog.model import Choice, Field, Kind
from backend.domain.enums import MailSecurity, SmsFormat, SmsMethod

MAIL = "Mail server"
SMS = "Text messages"
LOCK = "Screen lock"
VISITORS = "Visitors"
RETENTION = "Retention"

SECURITY = (
    Choice(MailSecurity.STARTTLS.value, "STARTTLS"),
    Choice(MailSecurity.TLS.value, "TLS from the start"),
    Choice(MailSecurity.NONE.value, "None, this machine only"),
)
MINUTES = (
    Choice("0", "Never"),
    Choice("5", "5 minutes"),
    Choice("10", "10 minutes"),
    Choice("15", "15 minutes"),
    Choice("30", "30 minutes"),
    Choice("60", "60 minutes"),
)
SPANS = (
    Choice("2", "2 hours"),
    Choice("4", "4 hours"),
    Choice("8", "8 hours"),
    Choice("12", "12 hours"),
    Choice("24", "24 hours"),
    Choice("48", "2 days"),
    Choice("168", "7 days"),
)
LONGEST = (
    Choice("0", "No limit"),
    Choice("1", "1 day"),
    Choice("7", "7 days"),
    Choice("30", "30 days"),
    Choice("90", "90 days"),
    Choice("365", "365 days"),
)
KEPT = (
    Choice("30", "30 days"),
    Choice("60", "60 days"),
    Choice("90", "90 days"),
    Choice("180", "180 days"),
    Choice("365", "365 days"),
)
YES_NO = (Choice("yes", "Yes"), Choice("no", "No"))
METHODS = tuple(Choice(one.value, one.value.upper()) for one in SmsMethod)
FORMATS = (Choice(SmsFormat.JSON.value, "JSON"), Choice(SmsFormat.FORM.value, "Form fields"))

SETTINGS = (
    Field("mail.host", "Server", hint="empty: mail waits in the Outbox", max_length=253, section=MAIL),
    Field("mail.security", "Encryption", Kind.CHOICE, choices=SECURITY, section=MAIL),
    Field("mail.port", "Port", hint="empty: 587, 465 for TLS", max_length=5, section=MAIL),
    Field("mail.user", "User", hint="empty: no login", max_length=254, section=MAIL),
    Field("mail.password", "Password", Kind.SECRET, max_length=512, section=MAIL),
    Field("mail.sender", "Sender", hint="office@example.com", max_length=254, section=MAIL),
    Field("mail.sender_name", "Sender name", hint="as in Rosewood Court", max_length=64, section=MAIL),
    Field("mail.ca_file", "Own authority", hint="PEM file; empty: the system's", max_length=1000, section=MAIL),
    Field("mail.timeout", "Time limit", hint="seconds a step, empty: 30", max_length=3, section=MAIL),
    Field("sms.url", "Gateway", hint="https://…; empty: texts wait in the Outbox", max_length=1000, section=SMS),
    Field("sms.method", "Method", Kind.CHOICE, choices=METHODS, section=SMS),
    Field("sms.header", "Header", hint="Authorization", max_length=64, section=SMS),
    Field("sms.token", "Token", Kind.SECRET, hint="whole value, as in Bearer …", max_length=1024, section=SMS),
    Field("sms.format", "Body", Kind.CHOICE, choices=FORMATS, section=SMS),
    Field("sms.body", "Template", hint="with {to} and {text}", max_length=2000, section=SMS),
    Field("sms.success", "Success", hint="words of its answer; empty: any 2xx", max_length=200, section=SMS),
    Field("sms.timeout", "Time limit", hint="seconds, empty: 30", max_length=3, section=SMS),
    Field("lock.minutes", "Lock after", Kind.CHOICE, hint="without a key", choices=MINUTES, section=LOCK),
    Field("visitor.span", "Keys hold", Kind.CHOICE, hint="where no end is typed", choices=SPANS, section=VISITORS),
    Field("visitor.longest", "At most", Kind.CHOICE, hint="from begin to end", choices=LONGEST, section=VISITORS),
    Field("visitor.id_number", "ID number needed", Kind.CHOICE, choices=YES_NO, section=VISITORS),
    Field("visitor.email", "E-mail needed", Kind.CHOICE, choices=YES_NO, section=VISITORS),
    Field("visitor.repeats", "Daily and weekly", Kind.CHOICE, hint="repeating keys", choices=YES_NO, section=VISITORS),
    Field("retention.days", "Logs are kept", Kind.CHOICE, hint="unsolved alarms and operations always", choices=KEPT,
          section=RETENTION),
)  # fmt: skip

DEFAULTS: Mapping[str, str] = {
    "mail.security": MailSecurity.STARTTLS.value,
    "lock.minutes": "15",
    "retention.days": "30",
    "visitor.span": "24",
    "visitor.longest": "0",
    "visitor.id_number": "no",
    "visitor.email": "no",
    "visitor.repeats": "yes",
    "sms.method": SmsMethod.POST.value,
    "sms.header": "Authorization",
    "sms.format": SmsFormat.JSON.value,
    "sms.body": '{"to": "{to}", "text": "{text}"}',
}
"""What holds where nothing was set; "" for the others."""

MANAGERS = frozenset(one.name for one in SETTINGS if one.section == VISITORS)
"""Settings that the guide gives to a property manager; the others are the installer's."""
