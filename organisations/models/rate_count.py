from django.db import models
from django.utils.translation import gettext_lazy as _


class RateCount(models.Model):
    """How often something was tried since ``since``; counted anew when its period is over.

    ``key`` is a digest: nobody reads from it whose sign-ins or requests are counted.
    """

    key = models.CharField(_("key"), max_length=64, primary_key=True)
    count = models.PositiveIntegerField(_("count"))
    since = models.DateTimeField(_("since"), db_index=True)

    class Meta:
        verbose_name = _("count of attempts")
        verbose_name_plural = _("counts of attempts")

    def __str__(self) -> str:
        return f"{self.key[:8]}: {self.count}"
