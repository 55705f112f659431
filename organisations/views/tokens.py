"""A person's API tokens: what there is, a new one, and revoking."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from organisations.actions.tokens import issue_token, revoke_token
from organisations.forms.tokens import TokenForm
from organisations.models import ApiToken, User


@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The list with a form for a new token, whose secret is in the answer: no redirect could carry it."""
    user = cast(User, request.user)
    form = TokenForm(request.POST or None)
    secret = None
    if request.method == "POST" and form.is_valid():
        _token, secret = issue_token(by=user, **form.given())
        form = TokenForm()
    return render(
        request,
        "organisations/tokens.html",
        {"form": form, "secret": secret, "tokens": ApiToken.objects.visible_to(user)},  # type: ignore[attr-defined]
        status=201 if secret else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, token_key: str) -> HttpResponse:
    """Ask, then revoke. ``token_key`` is the public beginning of the token."""
    user = cast(User, request.user)
    token = get_object_or_404(ApiToken.objects.visible_to(user), token_key=token_key)  # type: ignore[attr-defined]
    if request.method != "POST":
        return render(request, "organisations/tokens_revoke.html", {"token": token})
    revoke_token(token=token, by=user)
    messages.success(request, _("The token “%(label)s” is revoked.") % {"label": token.label})
    return redirect("organisations:tokens")
