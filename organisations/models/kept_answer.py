from django.db import models
from django.utils.translation import gettext_lazy as _

from organisations.models.user import User


class KeptAnswer(models.Model):
    """The answer to a change that a program named with ``Idempotency-Key``: given again to the same request.

    ``request_sha256`` is over method, address and body.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(_("key"), max_length=200)
    request_sha256 = models.CharField(_("digest of the request"), max_length=64)
    status = models.PositiveSmallIntegerField(_("status"))
    headers = models.JSONField(_("headers"))
    body = models.BinaryField(_("body"))
    created_at = models.DateTimeField(_("given"), db_index=True)

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="kept_answer_unique")]

    def __str__(self) -> str:
        return self.key
