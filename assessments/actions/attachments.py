"""Attaching files to sources, and taking them away."""

import hashlib
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from assessments.exchange.files.sniffing import RefusedFile, sniff
from assessments.models import Attachment, Source
from assessments.policy import may_change_source, may_take_away
from organisations.models import User

MOST_FILES = 20


@transaction.atomic
def attach(
    *, source: Source, file: "UploadedFile[bytes]", marking: str, by: User, at: datetime
) -> Attachment:
    """Keep a file of a source. Raises ``Refused``, and ``ValidationError`` for a file that is not kept."""
    locked = Source.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=source.pk)
    may_change_source(by, locked).enforce()
    if locked.attachments.count() >= MOST_FILES:
        raise ValidationError({"file": _("A source has at most %(n)d files.") % {"n": MOST_FILES}})
    try:
        sniffed = sniff(file, file.name or "", file.size or 0)
    except RefusedFile as refused:
        raise ValidationError({"file": str(refused)}) from refused
    file.seek(0)
    attachment = Attachment(
        source=locked,
        name=sniffed.name,
        kind=sniffed.kind,
        size=file.size or 0,
        sha256=_digest(file),
        marking=marking,
        added_by=by,
        added_at=at,
    )
    attachment.full_clean(exclude=["file"])
    file.seek(0)
    attachment.file.save(sniffed.name, file, save=False)
    try:
        attachment.save()
    except BaseException:
        attachment.file.storage.delete(attachment.file.name or "")
        raise
    return attachment


def _digest(file: "UploadedFile[bytes]") -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()


@transaction.atomic
def detach(*, attachment: Attachment, by: User) -> None:
    """Take a file away: the row at once, the content when that is certain. Its history stays.

    Raises ``Refused``, also once evidence that was submitted cites the source.
    """
    may_take_away(by, attachment.source).enforce()
    storage, name = attachment.file.storage, attachment.file.name or ""
    attachment.delete()
    transaction.on_commit(lambda: storage.delete(name))
