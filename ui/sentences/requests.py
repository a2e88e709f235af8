"""What is answered about requests for an account, links, and the staff's accounts."""

from collections.abc import Callable
from typing import Any

from domain.accounts import links, openings, requests, reset, sign_up, staff
from domain.refusals import Refusal
from ui import format
from ui.i18n import _, word

SENTENCES: dict[type[Refusal], Callable[[Any], str]] = {
    requests.AlreadyConfirmed: lambda refusal: _("This family has confirmed its account already."),
    links.LinkUnknown: lambda refusal: _("This link is not complete, or is no longer of use. Copy the whole link of the e-mail."),
    links.LinkExpired: lambda refusal: _("This link is over: it was valid for 48 hours, or a newer one was sent to you."),
    links.LinkUsed: lambda refusal: _("This link was used already: the account is confirmed, you can sign in."),
    openings.NoEmail: lambda refusal: _("No e-mail is known of a parent of this family: write one down first."),
    openings.HasAccount: lambda refusal: _("Somebody of this family has a sign-in already."),
    openings.InvitedJustNow: lambda refusal: _("An invitation left less than five minutes ago: wait a moment before another one."),
    reset.ResetUnknown: lambda refusal: _("This link is not complete, or is no longer of use. You may ask for a new one."),
    reset.ResetExpired: lambda refusal: _(
        "This link is over: it was valid for one hour, or a newer one was sent. You may ask for a new one."
    ),
    reset.ResetUsed: lambda refusal: _("This link was used already: the password is changed. You may sign in, or ask for a new link."),
    sign_up.NoticeNotRead: lambda refusal: _("Please read the notice and answer Yes: without it no account can be asked for."),
    staff.EmailInvalid: lambda refusal: _("“{email}” is not an e-mail address.", email=format.plain(refusal.email)),
    staff.EmailTaken: lambda refusal: _("Somebody signs in with {email} already.", email=format.plain(refusal.email)),
    staff.LastAdministrator: lambda refusal: _("This is the last administrator: name another one before."),
    staff.OwnRole: lambda refusal: _("Nobody changes the own role: ask another administrator."),
    staff.OwnAccount: lambda refusal: _("This cannot be done for your own account: ask another administrator."),
    staff.NoSite: lambda refusal: _("Choose one site at least, or all of them."),
}

FIELDS = {"first_name": word("First name"), "last_name": word("Last name"), "password": word("Password")}
